import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ownPath } from "./choices.ts";

const url = "https://lienthong.example";

test("one comes back to a page of ours, and never to another site", () => {
  const cases: [string | null, string][] = [
    ["/sach-cua-toi?x=1", "/sach-cua-toi?x=1"],
    ["/en/tim?q=a%26b", "/en/tim?q=a%26b"],
    [null, "/"],
    ["", "/"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["/\t/evil.example", "/"],
    ["https://evil.example/", "/"],
    ["https://lienthong.example@evil.example/", "/"],
    ["javascript:alert(1)", "/"],
    ["/%2f%2fevil.example", "/%2f%2fevil.example"],
    [`/${"a".repeat(2000)}`, "/"],
  ];
  for (const [asked, path] of cases) assert.equal(ownPath(asked, url), path, String(asked));
});

test("whatever is asked for, the answer begins with one slash and stays on this site", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl(),
        fc.string(),
        fc.string().map((text) => `/${text}`),
      ),
      (asked) => {
        const path = ownPath(asked, url);
        assert.equal(new URL(path, url).origin, url);
        assert.match(path, /^\/(?![/\\])/);
      },
    ),
  );
});
