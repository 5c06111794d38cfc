import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import { type Assets, buildAssets } from "../frame/assets.ts";

// What a first view may weigh on a phone in the provinces, in bytes as sent.
const budgets: [string, number][] = [
  ["reader.css", 14 * 1024],
  ["staff.css", 14 * 1024],
  ["reader.js", 25 * 1024],
  ["staff.js", 45 * 1024],
];

let assets: Assets;
before(async () => {
  assets = await buildAssets(join(import.meta.dirname, ".."));
});

test("styles and scripts stay within their budgets", () => {
  for (const [name, bytes] of budgets) {
    const size = assets.sizes.get(name) ?? Number.POSITIVE_INFINITY;
    assert.ok(size <= bytes, `${name} weighs ${size} bytes compressed; its budget is ${bytes}`);
  }
});

test("the fonts of a first view weigh less than 120 KB", () => {
  const fonts = [...assets.sizes].filter(([name]) => name.endsWith(".woff2"));
  assert.equal(fonts.length, 4);
  assert.ok(fonts.reduce((sum, [, bytes]) => sum + bytes, 0) <= 120 * 1024);
});

test("an asset's address changes with its bytes, and a name that was not built is refused", () => {
  assert.match(assets.address("reader.css"), /^\/t\/reader-[\w-]{8}\.css$/);
  assert.throws(() => assets.address("nothing.js"), /no asset nothing\.js/);
});

test("no style names another site, and none stands inside a page", () => {
  for (const name of ["reader.css", "staff.css"]) {
    const css = assets.find(assets.address(name).slice(3))?.bytes.toString() ?? "";
    assert.doesNotMatch(css, /url\((?!["']?\/t\/)/, name);
  }
});
