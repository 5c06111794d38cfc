import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cluster, type Member, type StaffFact } from "../cluster.ts";
import { contradictedBy } from "../facts.ts";
import type { MatchKeys } from "../match-keys.ts";
import { reviewValues, titleValues } from "../members.ts";
import { aMember } from "./a-book.ts";

// Few values, so that random records share many of them in every combination.
const some = (prefix: string, max: number) => fc.integer({ min: 0, max }).map((n) => `${prefix}${n}`);
const keys: fc.Arbitrary<MatchKeys> = fc
  .record({
    s1: fc.array(some("s1-", 30), { maxLength: 2 }),
    s2: fc.array(some("s2-", 20), { maxLength: 1 }),
    s4: fc.option(some("s4-", 12)),
    c1: fc.option(some("c1-", 9)),
    c2: fc.array(some("c2-", 20), { maxLength: 1 }),
    c3: fc.array(some("c3-", 20), { maxLength: 1 }),
    author: fc.constantFrom("", "a", "b"),
    subtitle: fc.constantFrom("", "x", "x y", "z"),
    lang: fc.constantFrom("", "vie", "eng"),
    year: fc.constantFrom("", "1990", "1991"),
    pages: fc.constantFrom(undefined, 100, 102, 104, 300),
  })
  .map(({ s4, c1, author, subtitle, lang, year, pages, ...lists }) => ({
    ...lists,
    s3: [],
    ...(s4 && { s4 }),
    ...(c1 && { c1 }),
    told: { form: "am", vol: "-", title: "t", publ: "p", author, subtitle, lang, year, ...(pages && { pages }) },
  }));
const members = (max: number, min = 1) =>
  fc
    .array(keys, { minLength: min, maxLength: max, size: "max" })
    .map((list): Member[] => list.map((keys, at) => ({ sourceKey: `VN-${String(at % 7)}:${at}`, keys })));
const factsAmong = (most: number): fc.Arbitrary<StaffFact[]> =>
  fc.array(
    fc.record({
      a: fc.nat(most).map((at) => `VN-${at % 7}:${at}`),
      b: fc.nat(most).map((at) => `VN-${at % 7}:${at}`),
      says: fc.constantFrom("same" as const, "different" as const),
      at: fc.nat(5),
    }),
    { maxLength: 6 },
  );

test("titles and the review list are the same in whatever order records and facts come", () => {
  fc.assert(
    fc.property(members(40), factsAmong(45), fc.array(fc.nat()), (list, facts, seeds) => {
      const whole = cluster(list, facts);
      assert.deepEqual(cluster(shuffled(list, seeds), shuffled(facts, seeds)), whole);
      assert.deepEqual(cluster(list.toReversed(), facts.toReversed()), whole);
    }),
    { numRuns: 300 },
  );
});

test("a thousand records shuffled many times are the same titles with the same ids", () => {
  const [list] = fc.sample(members(1000, 1000), { numRuns: 1, seed: 206 }) as [Member[]];
  const whole = cluster(list, []);
  for (let round = 1; round <= Number(process.env["SHUFFLES"] ?? 8); round++) {
    assert.deepEqual(cluster(shuffled(list, [round, round * 7919]), []), whole);
  }
});

test("the title neighbourhood of a record is enough to know its title", () => {
  fc.assert(
    fc.property(members(40), factsAmong(45), fc.nat(), (list, facts, pick) => {
      const near = titleNeighbourhood([list[pick % list.length]!], list, facts);
      const keysNear = new Set(near.map((member) => member.sourceKey));
      const whole = cluster(list, facts);
      const expected = whole.titles.filter((title) => title.members.some((key) => keysNear.has(key)));
      assert.deepEqual(cluster(near, facts).titles, expected);
    }),
    { numRuns: 500 },
  );
});

test("with the review neighbourhood it is enough to know the pairs for review", () => {
  fc.assert(
    fc.property(members(40), factsAmong(45), fc.nat(), (list, facts, pick) => {
      const near = titleNeighbourhood([list[pick % list.length]!], list, facts);
      const keysNear = new Set(near.map((member) => member.sourceKey));
      const doubtful = new Set(near.flatMap((member) => reviewValues(member.keys)));
      const ring = list.filter((member) => reviewValues(member.keys).some((value) => doubtful.has(value)));
      const wide = titleNeighbourhood([...near, ...ring], list, facts);
      const touching = (pairs: { a: string; b: string }[]) =>
        pairs.filter(({ a, b }) => keysNear.has(a) || keysNear.has(b));
      assert.deepEqual(touching(cluster(wide, facts).review), touching(cluster(list, facts).review));
    }),
    { numRuns: 500 },
  );
});

test("what staff have said outlives keys, deletion and return of a record", () => {
  const same = { title: "Truyện Kiều", publisher: "Văn học", year: "1972" };
  const [a, b] = [aMember("VN-A:1", same), aMember("VN-B:1", same)];
  const other = aMember("VN-C:1", { ...same, title: "Kim Vân Kiều" });
  const fact = (x: Member, y: Member, says: StaffFact["says"], at: number): StaffFact => ({
    a: x.sourceKey,
    b: y.sourceKey,
    says,
    at,
  });

  assert.equal(cluster([a, b], [fact(a, b, "different", 1)]).titles.length, 2);
  assert.deepEqual(cluster([a, b], [fact(a, b, "different", 1)]).review, [], "who has decided is not asked again");
  assert.equal(
    cluster([a, b], [fact(a, b, "different", 1), fact(b, a, "same", 2)]).titles.length,
    1,
    "the latest holds",
  );
  assert.equal(cluster([a, other], [fact(a, other, "same", 1)]).titles.length, 1);
  const chain = [fact(a, other, "same", 1), fact(other, b, "different", 2)];
  assert.equal(cluster([a, b], chain).titles.length, 2, "a chain through a record that is gone still holds");
  const contrary = [fact(a, other, "same", 1), fact(b, other, "same", 2), fact(a, b, "different", 3)];
  assert.deepEqual(
    cluster([a, b, other], contrary).review.map((pair) => pair.reason),
    ["facts-contradict"],
  );
  assert.deepEqual(
    cluster([a, b, other], contrary.toReversed()),
    cluster([a, b, other], contrary),
    "the older ones hold",
  );
});

test("a fact that contradicts others is refused with the chain that does", () => {
  const says = (a: string, b: string, says: StaffFact["says"]): StaffFact => ({ a, b, says, at: 1 });
  const known = [says("a", "b", "same"), says("b", "c", "same"), says("c", "x", "different")];
  assert.deepEqual(contradictedBy(known, says("a", "c", "different")), ["a", "b", "c"]);
  assert.deepEqual(contradictedBy(known, says("a", "x", "same")), ["a", "b", "c", "x"]);
  assert.deepEqual(contradictedBy(known, says("x", "a", "same")), ["x", "c", "b", "a"]);
  assert.equal(contradictedBy(known, says("a", "b", "different")), undefined, "a decision may be taken back");
  assert.equal(contradictedBy(known, says("a", "x", "different")), undefined);
});

test("one value shared by very many titles fills no review list", () => {
  const list = Array.from({ length: 200 }, (_, at) =>
    aMember(`VN-A:${at}`, { title: `Cẩm nang ${String.fromCharCode(97 + (at % 26))}${at}`, isbn: "9786041000063" }),
  );
  const found = cluster(list, []);
  assert.ok(found.review.length <= 12, String(found.review.length));
});

/** The closure of records under shared S values and facts that say same, by the slowest and plainest way. */
function titleNeighbourhood(from: Member[], all: Member[], facts: StaffFact[]): Member[] {
  const near = new Set(from);
  const values = new Set<string>();
  for (let before = -1; before !== near.size + values.size; ) {
    before = near.size + values.size;
    for (const { sourceKey, keys } of near) for (const value of [...titleValues(keys), sourceKey]) values.add(value);
    for (const fact of facts) {
      if (fact.says === "same" && (values.has(fact.a) || values.has(fact.b))) values.add(fact.a).add(fact.b);
    }
    for (const member of all) {
      if ([...titleValues(member.keys), member.sourceKey].some((value) => values.has(value))) near.add(member);
    }
  }
  return [...near];
}

function shuffled<T>(list: T[], seeds: number[]): T[] {
  let state = seeds.reduce((sum, seed) => (Math.imul(sum, 31) + seed) | 0, 1);
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
  const copy = [...list];
  for (let at = copy.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [copy[at], copy[other]] = [copy[other]!, copy[at]!];
  }
  return copy;
}
