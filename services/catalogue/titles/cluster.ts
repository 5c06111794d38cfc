import { agreement, type Unit } from "./agreement.ts";
import { unionId } from "./alias.ts";
import { type Components, components } from "./components.ts";
import type { Reason } from "./doubts.ts";
import { factsInForce, type StaffFact } from "./facts.ts";
import { blocks, type Member } from "./members.ts";
import { pairsPerValueMax, type ReviewPair, reviewPairs } from "./review.ts";

export type { Member, StaffFact };
export type Title = { id: string; members: string[] };
export type Clustering = { titles: Title[]; review: ReviewPair[] };

/** Records brought together: who is with whom, and which pairs the rule could not decide. */
export type Union = {
  /** In the order of source keys. */
  records: Member[];
  sets: Components;
  /** The source keys of each title, by the name of its component. */
  titles: Map<string, string[]>;
  doubts: ReviewPair[];
};

/**
 * Which records are one title: a pure function of the set of records and of the staff's facts, whatever their order.
 *
 * For a change of one record it need not see the whole union. Two neighbourhoods are enough:
 * - the *title neighbourhood*, closed under sharing any of `titleValues` and under facts that say `same` (also
 *   through source keys whose records are gone). Clustering it gives the same titles as clustering everything, because
 *   no step looks at two records that no chain of these values joins. The old keys of a changed record belong to
 *   its neighbourhood as well as its new ones. A value shared by very many records makes it large; nothing may be left out.
 * - the *review neighbourhood*, the title neighbourhoods of all records that share one of `reviewValues` with it.
 *   Clustering both together gives the same review pairs as clustering everything, for the pairs that touch the first.
 * The facts given must be all that name a key in the neighbourhoods.
 *
 * Titles come in the order of their smallest source key, members in the order of source keys.
 */
export function cluster(members: Iterable<Member>, facts: Iterable<StaffFact>): Clustering {
  const union = unite(members, facts);
  const { records, sets, titles, doubts } = union;
  return { titles: titlesOf(union), review: reviewPairs(records, sets, titles, doubts) };
}

/** The titles of records that were brought together. */
export const titlesOf = ({ titles }: Union): Title[] =>
  [...titles.values()].map((keys) => ({ id: unionId(keys), members: keys }));

/** Brings records together, without looking for the pairs that people should compare. */
export function unite(members: Iterable<Member>, facts: Iterable<StaffFact>): Union {
  const records = [...members].sort((a, b) => (a.sourceKey < b.sourceKey ? -1 : 1));
  const sets = components();
  const doubts: ReviewPair[] = [];
  const doubt = (a: string, b: string, reason: Reason) => doubts.push({ a, b, reason });

  const inForce = factsInForce(facts);
  for (const fact of inForce) if (fact.says === "different") sets.keepApart(fact.a, fact.b);
  for (const fact of inForce) {
    if (fact.says === "same" && !sets.unite(fact.a, fact.b)) doubt(fact.a, fact.b, "facts-contradict");
  }

  const identified = new Set<string>();
  for (const kind of ["s1", "s2", "s3"] as const) {
    for (const sharing of blocks(records, (keys) => keys[kind])) {
      for (const [at, member] of sharing.entries())
        if (at > 0) sets.unite(sharing[at - 1]!.sourceKey, member.sourceKey);
    }
  }
  for (const { sourceKey, keys } of records) {
    if (keys.s1.length + keys.s2.length + keys.s3.length > 0) identified.add(sets.find(sourceKey));
  }
  const uniteAll = (units: Unit[]) => {
    for (const [at, unit] of units.entries()) {
      if (at === 0) continue;
      const either = identified.has(sets.find(units[at - 1]!.root)) || identified.has(sets.find(unit.root));
      if (sets.unite(units[at - 1]!.root, unit.root) && either) identified.add(sets.find(unit.root));
    }
  };

  for (const sharing of blocks(records, (keys) => (keys.s4 ? [keys.s4] : []))) {
    const { together, ask } = agreement(unitsOf(sharing, sets.find));
    for (const units of together) {
      const numbered = units.filter((unit) => identified.has(sets.find(unit.root)));
      if (numbered.length < 2) {
        uniteAll(units);
        continue;
      }
      // Which of the numbered ones the others belong to cannot be known: they are one among themselves, a person decides.
      const plain = units.filter((unit) => !numbered.includes(unit));
      uniteAll(plain);
      for (const [x, y] of pairs([...plain.slice(0, 1), ...numbered])) doubt(x.root, y.root, "identifiers-differ");
    }
    for (const [x, y] of ask.slice(0, pairsPerValueMax)) doubt(x.root, y.root, "description-incomplete");
  }

  const titles = new Map<string, string[]>();
  for (const { sourceKey } of records) {
    const root = sets.find(sourceKey);
    const members = titles.get(root);
    if (members) members.push(sourceKey);
    else titles.set(root, [sourceKey]);
  }
  return { records, sets, titles, doubts };
}

function unitsOf(sharing: Member[], find: (key: string) => string): Unit[] {
  const units = new Map<string, Unit>();
  for (const { sourceKey, keys } of sharing) {
    const root = find(sourceKey);
    const unit = units.get(root) ?? { root, told: [] };
    unit.told.push(keys.told);
    units.set(root, unit);
  }
  return [...units.values()];
}

function pairs<T>(list: T[]): [T, T][] {
  const all: [T, T][] = [];
  for (const [at, x] of list.entries()) {
    for (const y of list.slice(at + 1)) if (all.length < pairsPerValueMax) all.push([x, y]);
  }
  return all;
}
