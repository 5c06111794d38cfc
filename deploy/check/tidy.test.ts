import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");
// What git tracks and what it would: a new file is held to the rules before its first commit.
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)) && !file.startsWith("deploy/check/canary/"));
const code = files.filter((file) => /\.(ts|tsx|mjs)$/.test(file));
const textOf = (file: string) => readFileSync(join(root, file), "utf8");
const isTest = (file: string) => /\.test\.tsx?$|\/test\/|^e2e\/|^shared\/testing\//.test(file);

/** Holds all files to a rule; the message says the cure. */
function hold(title: string, among: string[], breaks: (file: string) => string | undefined | false): void {
  test(title, () => {
    const found = among.flatMap((file) => {
      const why = breaks(file);
      return why ? [`${file}: ${why}`] : [];
    });
    assert.deepEqual(found, []);
  });
}

const forbiddenWords =
  /(^|-)(manager|helper|helpers|util|utils|handler|processor|common|info|data|base|misc|types)(-|\.|$)|^(index)$/;
const linesMax = 300;
// Tables of an alphabet or a script are one idea however long.
const longByNature = /texts\/|deploy\/opensearch-artifacts|\/encodings\/|\.test\.tsx?$/;

hold("files are named in kebab-case, by what they are about", code, (file) => {
  const name = basename(file).replace(/\.(test|d)?\.?(ts|tsx|mjs)$/, "");
  if (!/^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?$/.test(name)) return "write its name in kebab-case";
  const word = forbiddenWords.exec(name)?.slice(2).find(Boolean);
  // "manager" is also a role at a library; a page of managers may say so in its text, not in its file's name.
  return word && `the word "${word}" says nothing; name the file by its verb or noun of the domain`;
});

hold("a file holds one idea", code, (file) => {
  const lines = textOf(file).split("\n").length;
  return !longByNature.test(file) && lines > linesMax && `${lines} lines; split it by behaviour (at most ${linesMax})`;
});

hold(
  "the environment is read in one place",
  code.filter((file) => !isTest(file)),
  (file) =>
    /process\.env/.test(textOf(file)) &&
    !/^(deploy|shared\/config|e2e)\//.test(file) &&
    "declare a setting in settings.ts and read it there",
);

hold(
  "nothing is left for later",
  code,
  (file) =>
    // Written in two parts so that the rule does not find itself.
    new RegExp(`\\b(${["TO", "DO"].join("")}|${["FIX", "ME"].join("")})\\b`).test(textOf(file)) &&
    "do it, or write down a decision",
);

hold(
  "rooms go through transactions, not around them",
  code.filter((file) => file.startsWith("services/") && !isTest(file)),
  (file) =>
    /\.frame\b\.(query|connect)/.test(textOf(file)) &&
    "database.frame is the frame's own; use caller.as, work.as or a consumer's tx",
);

hold(
  "no machine's paths and no registries' names are written down",
  files.filter((file) => !/pnpm-lock|\.woff2$|\.mrc$|LICENSE/.test(file)),
  (file) => {
    const host = ["registry.npm", "repo1.maven", "proxy.golang", "pypi.org", "crates.io"].find((name) =>
      textOf(file).includes(name),
    );
    return (
      (host && file !== "deploy/check/tidy.test.ts" && `leave out ${host}: the ordinary clients know where to go`) ||
      undefined
    );
  },
);

hold(
  "a wait is on a condition",
  code.filter((file) => isTest(file) && !/^(shared\/testing|deploy\/check)\//.test(file)),
  (file) =>
    /\bsetTimeout\(|\bsleep\(|waitForTimeout/.test(textOf(file)) && "use until(read, fulfils) of @lienthong/testing",
);

hold(
  "every test can run",
  code.filter(isTest),
  (file) => /\b(test|it|describe)\.(only|skip|todo)\(/.test(textOf(file)) && "let it run or take it away",
);

hold(
  "every shared package says in a few lines what it gives",
  [...new Set(files.filter((file) => file.startsWith("shared/")).map((file) => file.split("/")[1] ?? ""))],
  (name) => !existsSync(join(root, "shared", name, "README.md")) && "write a README of ten lines with an example",
);

hold(
  "migrations are numbered, forward only and explain themselves",
  files.filter((file) => file.endsWith(".sql")),
  (file) => {
    if (!/\/\d{4}-[a-z0-9-]+\.sql$/.test(file)) return "name it 0007-what-it-adds.sql";
    return (
      !textOf(file).startsWith("--") && "its first line is a comment: what it is for, or what runs safely beside it"
    );
  },
);

hold(
  "every alarm has a runbook",
  code.filter((file) => !isTest(file)),
  (file) => {
    const named = [...textOf(file).matchAll(/runbook: "([a-z-]+)"/g)].map(([, name]) => name);
    const missing = named.find((name) => !existsSync(join(root, "docs/runbooks", `${name}.md`)));
    return missing && `write docs/runbooks/${missing}.md: meaning, impact, diagnosis, mitigation`;
  },
);

test("each migration has a number of its own: two that came beside each other would run in another order elsewhere", () => {
  const numbers = files.filter((file) => file.endsWith(".sql")).map((file) => file.replace(/(\d{4})-[^/]*$/, "$1"));
  const twice = numbers.filter((number, at) => numbers.indexOf(number) !== at);
  assert.deepEqual(twice, []);
});
