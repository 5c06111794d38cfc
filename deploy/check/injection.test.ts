import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");
const sources = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "services", "shared"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => /\.tsx?$/.test(file) && existsSync(join(root, file)))
  .filter((file) => !/\.test\.tsx?$|\/test\/|^shared\/testing\//.test(file));

type Rule = { cure: string; breaks: RegExp; allowedIn: readonly string[] };

/** How what somebody typed could become a part of a statement or a query, and where it is known that it cannot. */
const rules: readonly Rule[] = [
  {
    cure: "write the statement with the tag sql, which binds what stands in it",
    // A statement in a plain template, whatever is done with it afterwards.
    breaks:
      /(?<!sql)`\s*(?:select|insert into|update|delete from|with|alter|create|drop|truncate|grant|revoke|do|begin;)\s[^`]*\$\{/i,
    // Names of roles, quoted by the driver; and messages of several statements, which cannot be bound: numbers and literals alone.
    allowedIn: [
      "shared/bus/relay-batch.ts",
      "shared/database/database.ts",
      "shared/database/migrate.ts",
      "shared/jobs/worker.ts",
    ],
  },
  {
    cure: "bind the value; raw() puts text into a statement as it is",
    // A text that the program itself writes is no risk.
    breaks: /\braw\((?!"[^"]*"\))/,
    allowedIn: [],
  },
  {
    cure: "ask for words in fields; these let whoever typed them write in the engine's own language",
    breaks:
      /["'`]?\b(?:query_string|simple_query_string|script|script_score|_script|regexp|wildcard|intervals)\b["'`]?\s*:/,
    allowedIn: ["services/portal/frame/headers.ts"],
  },
  {
    cure: "no code is made of text",
    breaks: /\beval\(|new Function\(|\bvm\b\.run|setTimeout\(\s*["'`]/,
    allowedIn: [],
  },
];

const broken = (text: string) => rules.filter(({ breaks }) => breaks.test(text)).map(({ cure }) => cure);

test("A17: no statement and no query is put together from text", () => {
  const found = sources.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return rules
      .filter(({ breaks, allowedIn }) => !allowedIn.includes(file) && breaks.test(text))
      .map(({ cure }) => `${file}: ${cure}`);
  });
  assert.ok(sources.length > 300, `${sources.length} files were read`);
  assert.deepEqual(found, []);
});

test("A17: the rule sees what it forbids", () => {
  const bad = [
    "client.query(`select * from loan where id = ${id}`)",
    "const text = `update loan set due_at = ${at}`;",
    "sql`order by ${raw(column)}`",
    "body: { query: { query_string: { query: typed } } }",
    'sort: { "_script": { source } }',
    "bool: { must: [{ wildcard: { title: typed } }] }",
    "new Function(text)",
  ];
  for (const text of bad) assert.equal(broken(text).length, 1, text);
  assert.deepEqual(broken("all(tx, sql`select id from loan where id = ${id}`)"), []);
});
