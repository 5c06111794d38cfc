import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseSync } from "@swc/core";

const root = join(import.meta.dirname, "../..");
const sources = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "services", "shared"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => /\.tsx?$/.test(file) && existsSync(join(root, file)))
  .filter((file) => !/\.test\.tsx?$|\/test\/|^shared\/testing\/|^services\/portal\/browser\//.test(file));

type Pattern = { pattern: string; flags: string };

/** The regular expressions that a program writes down. */
function regexesIn(text: string, tsx: boolean): Pattern[] {
  const found: Pattern[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, pattern, flags } = node as { type?: string } & Pattern;
    if (type === "RegExpLiteral") found.push({ pattern, flags });
    for (const child of Object.values(node)) walk(child);
  };
  walk(parseSync(text, { syntax: "typescript", tsx, target: "es2024" }));
  return found;
}

// Longer than anything that comes to a regular expression unbounded: a form, a header, a line of a query.
const length = 20_000;
// Records' texts are cut before they are taken apart (services/catalogue/records/derive.ts).
const lengthOf = (file: string) => (file.startsWith("services/catalogue/titles/") ? 1_000 : length);
const signs = [
  "a",
  "A",
  "0",
  " ",
  "\t",
  "-",
  ".",
  "_",
  "/",
  ":",
  "<",
  '"',
  "\\",
  "{",
  "=",
  ";",
  "é",
  "\u0301",
  "ế",
  "aA",
  "a0",
  "a ",
  "0-",
  "{1",
  "<a",
  '""',
  "a.",
  "=?",
];
const ends = ["", "!", "\n", "\u0000"];
const stallMs = 50;

/** What a regular expression stalls on, if on anything. The processor's time: others may be at work on this machine. */
function stallsOn({ pattern, flags }: Pattern, length: number): string | undefined {
  for (const sign of signs) {
    for (const end of ends) {
      const text = sign.repeat(length / sign.length) + end;
      const regex = new RegExp(pattern, flags.replace("y", ""));
      const begun = process.cpuUsage();
      // All matches, as replaceAll and split would take them.
      if (regex.global) for (const _ of text.matchAll(regex));
      else regex.test(text);
      const { user, system } = process.cpuUsage(begun);
      if ((user + system) / 1000 > stallMs) return `${JSON.stringify(sign)} many times, then ${JSON.stringify(end)}`;
    }
  }
  return undefined;
}

test("A18: no regular expression stalls the event loop, whatever is repeated in what it reads", () => {
  let tried = 0;
  const found = sources.flatMap((file) =>
    regexesIn(readFileSync(join(root, file), "utf8"), file.endsWith("x")).flatMap((regex) => {
      tried += 1;
      const evil = stallsOn(regex, lengthOf(file));
      return evil
        ? [`${file}: /${regex.pattern}/${regex.flags} stalls on ${evil}; write it so that it reads once`]
        : [];
    }),
  );
  assert.ok(tried > 100, `${tried} regular expressions`);
  assert.deepEqual(found, []);
});

test("A18: the rule sees what it forbids", () => {
  // An exponential one would never end on so much, and is seen on little.
  const evil: [regex: RegExp, length: number][] = [
    [/^(a+)+$/, 24],
    [/^(\w+\s?)*$/, 24],
    [/\s+;/, length],
  ];
  for (const [{ source, flags }, long] of evil) assert.ok(stallsOn({ pattern: source, flags }, long), source);
  assert.deepEqual(regexesIn("const a = /x+/g; f(/y/u);", false), [
    { pattern: "x+", flags: "g" },
    { pattern: "y", flags: "u" },
  ]);
});
