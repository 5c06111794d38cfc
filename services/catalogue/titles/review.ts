import type { Components } from "./components.ts";
import { doubtNearlySame, doubtSameNumber, doubtWithoutMarks, type Reason } from "./doubts.ts";
import type { MatchKeys } from "./match-keys.ts";
import { blocks, type Member } from "./members.ts";

/** Two titles, each by the smallest source key of its records, that a person should compare, and why. */
export type ReviewPair = { a: string; b: string; reason: Reason };

/** So many pairs at most one shared value puts before people: what is wrong with a value is seen in the first dozen. */
export const pairsPerValueMax = 12;

// Titles compared with one another for one value (and year); their pairs are counted before they are judged.
const titlesPerValueMax = 40;
const membersPerTitleMax = 4;

/** The pairs of titles that are not united and might be one, without those that staff have kept apart. */
export function reviewPairs(
  records: Member[],
  sets: Components,
  titles: Map<string, string[]>,
  doubts: ReviewPair[],
): ReviewPair[] {
  const found = new Map<string, ReviewPair>();
  const raise = (x: string, y: string, reason: Reason) => {
    const [rootX, rootY] = [sets.find(x), sets.find(y)];
    // The name of a component may be a key whose record is gone; a title is named by a record that is there.
    const [nameX, nameY] = [titles.get(rootX)?.[0], titles.get(rootY)?.[0]];
    if (rootX === rootY || nameX === undefined || nameY === undefined) return;
    if (reason !== "facts-contradict" && sets.areApart(rootX, rootY)) return;
    const [a, b] = nameX < nameY ? [nameX, nameY] : [nameY, nameX];
    const pair = `${a}\n${b}`;
    if (!found.has(pair)) found.set(pair, { a, b, reason });
  };
  for (const { a, b, reason } of doubts) raise(a, b, reason);

  const compare = (sharing: Member[], reason: Reason, doubtful: (a: MatchKeys, b: MatchKeys) => boolean) => {
    const byTitle = groupByTitle(sharing, sets.find);
    let raised = 0;
    for (const [at, x] of byTitle.entries()) {
      for (const y of byTitle.slice(at + 1)) {
        if (raised >= pairsPerValueMax) return;
        if (!x.some((a) => y.some((b) => doubtful(a.keys, b.keys)))) continue;
        raise(x[0]!.sourceKey, y[0]!.sourceKey, reason);
        raised++;
      }
    }
  };
  for (const sharing of blocks(records, (keys) => keys.c2)) compare(sharing, "same-number", doubtSameNumber);
  for (const sharing of blocks(records, (keys) => (keys.c1 ? [keys.c1] : []))) {
    for (const ofYear of byYear(sharing)) compare(ofYear, "same-without-marks", doubtWithoutMarks);
  }
  for (const sharing of blocks(records, (keys) => keys.c3)) compare(sharing, "title-nearly-same", doubtNearlySame);
  return [...found.values()].sort((x, y) => (x.a + "\n" + x.b < y.a + "\n" + y.b ? -1 : 1));
}

function groupByTitle(sharing: Member[], find: (key: string) => string): Member[][] {
  const groups = new Map<string, Member[]>();
  for (const member of sharing) {
    const root = find(member.sourceKey);
    const group = groups.get(root);
    if (!group) {
      if (groups.size < titlesPerValueMax) groups.set(root, [member]);
    } else if (group.length < membersPerTitleMax) group.push(member);
  }
  return [...groups.values()];
}

/** Records of one year together with those that give none. */
function byYear(sharing: Member[]): Member[][] {
  const years = new Set(sharing.map((member) => member.keys.told.year).filter((year) => year !== ""));
  if (years.size === 0) return [sharing];
  return [...years]
    .sort()
    .map((year) => sharing.filter(({ keys }) => keys.told.year === year || keys.told.year === ""));
}
