import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "./en.ts";
import { refusalSentence, texts } from "./texts.ts";
import { vi } from "./vi.ts";

test("every text is there in both languages, in the same shape", () => {
  assert.deepEqual(shapeOf(en), shapeOf(vi));
});

test("a word that Vietnamese needs is never lost on the way to English", () => {
  for (const [path, text] of sentences(en)) {
    if (path === "site" || path === "footer" || path === "other.name") continue;
    assert.doesNotMatch(text.replaceAll("Liên Thông", ""), /[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽềểễệ]/i, path);
  }
});

test("sentences keep the house's tone: no exclamation, no begging, no machine as the doer", () => {
  for (const [path, text] of sentences(vi)) assert.doesNotMatch(text, /!|vui lòng|hệ thống|phạt/i, path);
  for (const [path, text] of sentences(en)) assert.doesNotMatch(text, /!|please wait|the system|\bfine\b/i, path);
});

test("every refusal is said in both languages, and names the same details", () => {
  const detailsOf = (sentence = "") => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name)).sort();
  assert.deepEqual(Object.keys(en.refusals).sort(), Object.keys(vi.refusals).sort());
  for (const [code, sentence] of Object.entries(vi.refusals)) {
    assert.deepEqual(detailsOf(en.refusals[code]), detailsOf(sentence), code);
    assert.match(code, /^[a-z-]+\.[a-z-]+\/[a-z0-9-]+$/);
  }
});

test("a refusal is said in words with what it names; an unknown one is named by its code", () => {
  const refused = { code: "circulation.check-out/loan-limit-reached", details: { limit: "5" } };
  assert.match(refusalSentence(texts.vi, refused), /5 cuốn/);
  assert.match(refusalSentence(texts.en, refused), /5 loans/);
  assert.equal(
    refusalSentence(texts.vi, { code: "later.release/new-reason", details: {} }),
    "Yêu cầu không được nhận. (later.release/new-reason)",
  );
});

test("an instant in a refusal is shown as its day in Vietnam", () => {
  const t = { ...vi, refusals: { "a.b/c": "Hạn trả vẫn là {dueAt}." } };
  const refused = { code: "a.b/c", details: { dueAt: "2026-11-25T16:59:59.000Z" } };
  assert.equal(refusalSentence(t, refused), "Hạn trả vẫn là 25/11/2026.");
});

/** The shape of a tree of texts: keys, functions with the number of what they name, strings. */
function shapeOf(tree: unknown): unknown {
  if (typeof tree === "function") return `function of ${tree.length}`;
  if (Array.isArray(tree)) return tree.map(shapeOf);
  if (typeof tree !== "object" || tree === null) return typeof tree;
  return Object.fromEntries(
    Object.entries(tree)
      .map(([key, value]) => [key, shapeOf(value)] as const)
      .sort(([a], [b]) => a.localeCompare(b)),
  );
}

/** Every sentence with its place; a function says its sentence with made-up values. */
function* sentences(tree: object, at = ""): Generator<[string, string]> {
  for (const [key, value] of Object.entries(tree)) {
    const path = at === "" ? key : `${at}.${key}`;
    if (path === "format" || path === "to" || path === "other.path") continue;
    if (typeof value === "string") yield [path, value];
    else if (typeof value === "function") yield [path, String(value(3, 2, 5, 1, 1))];
    else if (typeof value === "object" && value !== null) yield* sentences(value, path);
  }
}
