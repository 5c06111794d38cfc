// How well the match rule finds editions again, measured against made-up worlds whose truth is known.
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cluster, type Clustering, type Member } from "@lienthong/catalogue/titles/cluster.ts";
import { matchKeys, type Told } from "@lienthong/catalogue/titles/match-keys.ts";
import { readMarc } from "@lienthong/marc/read.ts";
import { controlField } from "@lienthong/marc/record.ts";
import { foldCanon } from "@lienthong/text/fold.ts";

/** Goals of the platform for worlds of about 20,000 records. */
export const goals = { precision: 0.998, recallMerged: 0.84, recallSeen: 0.92 };

export type MatchFigures = {
  world: string;
  records: number;
  truePairs: number;
  precision: number;
  recallMerged: number;
  /** Pairs united or laid side by side for a person. */
  recallSeen: number;
  reviewPairsPer1000: number;
  sameInThreeOrders: boolean;
  keysPerSecond: number;
  clusterSeconds: number;
  missed: Record<string, number>;
  review: Record<string, number>;
};

/** Reads the worlds in these folders (marc/, truth.jsonl), prints and returns their figures; the caller judges them by `goals`. */
export async function benchMatch(worldFolders: string[]): Promise<MatchFigures[]> {
  const all: MatchFigures[] = [];
  for (const folder of worldFolders) {
    const figures = await measure(folder);
    all.push(figures);
    process.stdout.write(`${inWords(figures)}\n`);
  }
  return all;
}

async function measure(folder: string): Promise<MatchFigures> {
  const editions = await truthOf(folder);
  const members: Member[] = [];
  const editionOf = new Map<string, string>();
  let keySeconds = 0;
  for (const file of (await readdir(join(folder, "marc"))).sort()) {
    const library = file.replace(/\.\w+$/, "");
    for await (const read of readMarc(createReadStream(join(folder, "marc", file)))) {
      const edition = editions.get(`${library}@${read.offset}`);
      if (!read.ok || edition === undefined) continue;
      const sourceKey = `${library}:${controlField(read.record, "001")}`;
      const start = performance.now();
      members.push({ sourceKey, keys: matchKeys(read.record) });
      keySeconds += (performance.now() - start) / 1000;
      editionOf.set(sourceKey, edition);
    }
  }
  const start = performance.now();
  const clustering = cluster(members, []);
  const clusterSeconds = (performance.now() - start) / 1000;
  const orders = [members.toReversed(), members.toSorted((a, b) => (a.keys.told.title < b.keys.told.title ? -1 : 1))];
  const same = orders.every((order) => JSON.stringify(cluster(order, [])) === JSON.stringify(clustering));
  return {
    world: folder,
    records: members.length,
    ...judge(clustering, members, editionOf),
    reviewPairsPer1000: (clustering.review.length * 1000) / members.length,
    sameInThreeOrders: same,
    keysPerSecond: members.length / keySeconds,
    clusterSeconds,
    review: count(clustering.review.map((pair) => pair.reason)),
  };
}

/** Editions of the records that are not broken, by library and byte offset. */
async function truthOf(folder: string): Promise<Map<string, string>> {
  const editions = new Map<string, string>();
  for (const line of (await readFile(join(folder, "truth.jsonl"), "utf8")).split("\n")) {
    if (line === "") continue;
    const truth = JSON.parse(line) as { library: string; offset: number; edition: string; broken: string | null };
    if (truth.broken === null) editions.set(`${truth.library}@${truth.offset}`, truth.edition);
  }
  return editions;
}

type Judgement = Pick<MatchFigures, "truePairs" | "precision" | "recallMerged" | "recallSeen" | "missed">;

function judge(clustering: Clustering, members: Member[], editionOf: Map<string, string>): Judgement {
  const titleOf = new Map<string, string>();
  let unitedPairs = 0;
  let unitedTrue = 0;
  for (const title of clustering.titles) {
    for (const key of title.members) titleOf.set(key, title.id);
    unitedPairs += pairCount(title.members.length);
    for (const n of Object.values(count(title.members.map((key) => editionOf.get(key)!)))) unitedTrue += pairCount(n);
  }
  const seen = new Set(
    clustering.review.flatMap(({ a, b }) => [titleOf.get(a)! + titleOf.get(b)!, titleOf.get(b)! + titleOf.get(a)!]),
  );
  const ofEdition = Map.groupBy(members, (member) => editionOf.get(member.sourceKey)!);
  const missed: string[] = [];
  let truePairs = 0;
  let seenPairs = 0;
  for (const records of ofEdition.values()) {
    truePairs += pairCount(records.length);
    for (const [at, a] of records.entries()) {
      for (const b of records.slice(at + 1)) {
        const [x, y] = [titleOf.get(a.sourceKey)!, titleOf.get(b.sourceKey)!];
        if (x === y) continue;
        if (seen.has(x + y)) seenPairs++;
        else missed.push(whyMissed(a, b));
      }
    }
  }
  return {
    truePairs,
    precision: unitedPairs === 0 ? 1 : unitedTrue / unitedPairs,
    recallMerged: unitedTrue / truePairs,
    recallSeen: (unitedTrue + seenPairs) / truePairs,
    missed: count(missed),
  };
}

/** What keeps two records of one edition apart: their differences, first of the identifiers, then of the description. */
function whyMissed(a: Member, b: Member): string {
  const [x, y] = [a.keys.told, b.keys.told];
  const reasons: string[] = [];
  if (a.keys.c2.length === 0 || b.keys.c2.length === 0) reasons.push("isbn missing or mistyped");
  else if (a.keys.c2.join() !== b.keys.c2.join()) reasons.push("isbn differs");
  if (x.form !== y.form) reasons.push("form differs");
  if (x.vol !== y.vol) reasons.push(x.vol === "-" || y.vol === "-" ? "volume missing" : "volume differs");
  const texts: [string, (told: Told) => string][] = [
    ["title", (told) => told.title],
    ["publisher", (told) => told.publ],
    ["author", (told) => told.author],
    ["subtitle", (told) => told.subtitle],
    ["year", (told) => told.year],
    ["language", (told) => told.lang],
    ["edition", (told) => String(told.edition ?? 1)],
  ];
  for (const [name, of] of texts) {
    const [p, q] = [of(x), of(y)];
    if (p === q) continue;
    if (p === "" || q === "") reasons.push(`${name} missing`);
    else reasons.push(foldCanon(p) === foldCanon(q) ? `${name} without marks` : `${name} differs`);
  }
  return reasons.join(", ") || "nothing differs";
}

function pairCount(n: number): number {
  return (n * (n - 1)) / 2;
}

function count(values: string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, x], [, y]) => y - x));
}

function inWords(figures: MatchFigures): string {
  const lines = [
    `${figures.world}: ${figures.records} records, ${figures.truePairs} pairs of one edition`,
    `  precision ${figures.precision.toFixed(5)}, recall merged ${figures.recallMerged.toFixed(4)}, merged or for review ${figures.recallSeen.toFixed(4)}`,
    `  review ${figures.reviewPairsPer1000.toFixed(1)} pairs per 1,000 records: ${listed(figures.review)}`,
    `  three orders alike: ${figures.sameInThreeOrders ? "yes" : "NO"}; ${Math.round(figures.keysPerSecond)} records a second keyed, clustered in ${figures.clusterSeconds.toFixed(2)} s`,
    `  missed: ${listed(figures.missed) || "none"}`,
  ];
  return lines.join("\n");
}

function listed(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([what, n]) => `${n} ${what}`)
    .join("; ");
}
