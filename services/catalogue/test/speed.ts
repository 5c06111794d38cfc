import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { argv, stdout } from "node:process";
import { until } from "@lienthong/testing/until.ts";
import { aUnion } from "./union.ts";

// How fast files are imported and titles found: `node test/speed.ts FOLDER`, a folder with one MARC file a library.
const [, , folder = "."] = argv;
const union = await aUnion();
const count = async (text: string) =>
  union.database.transact(
    { kind: "service", id: "catalogue", personId: null, libraryId: null, roles: [], loa: 0 },
    async (tx) => Number((await tx.client.query<{ n: bigint }>(`select count(*) as n from ${text}`)).rows[0]?.n),
  );

const begun = performance.now();
const seconds = () => (performance.now() - begun) / 1000;
const files = readdirSync(folder).filter((file) => /\.(?:mrc|xml)$/.test(file));
const imports = await Promise.all(
  files.map(async (file, at) => {
    const library = await union.aLibrary(`VN-SPEED${String(at).padStart(2, "0")}`);
    const given = await library.gives(readFileSync(join(folder, file)), file);
    return { library, id: given.id };
  }),
);
await until(
  () => count("import where state in ('WAITING', 'RUNNING')"),
  (n) => n === 0,
  3_600_000,
);
const imported = seconds();
const ends = await Promise.all(imports.map(({ library, id }) => library.ended(id)));
const records = ends.reduce((sum, end) => sum + Number(end.read), 0);
stdout.write(`${records} records imported in ${imported.toFixed(1)} s: ${Math.round(records / imported)} a second\n`);
await until(
  () => count("title_to_index"),
  (n) => n === 0,
  3_600_000,
);
stdout.write(`${await count("title where not gone")} titles indexed ${(seconds() - imported).toFixed(1)} s later\n`);
await until(
  () => count("record_to_compare"),
  (n) => n === 0,
  3_600_000,
);
stdout.write(`${await count("review_pair")} pairs to review found ${(seconds() - imported).toFixed(1)} s later\n`);
stdout.write(`set aside: ${JSON.stringify(sum(ends.map((end) => end.quarantineReasons)))}\n`);
stdout.write(`encodings: ${JSON.stringify(sum(ends.map((end) => end.encodings)))}\n`);
stdout.write(`${(await union.database.frame.query("select from outbox")).rowCount} events\n`);

await union.indexed();
const asked = (await union.search("", { sort: "title" })).hits.flatMap(({ title, author }) => [
  title,
  title.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d"),
  `${title.split(" ")[0]} ${author}`,
  title.split(" ").slice(0, 2).join(" "),
]);
const took: number[] = [];
for (const query of [...asked, ...asked, ...asked]) {
  const from = performance.now();
  await union.search(query, { size: 20 });
  took.push(performance.now() - from);
}
took.sort((a, b) => a - b);
const at = (share: number) => (took[Math.floor(took.length * share)] ?? 0).toFixed(1);
stdout.write(`${took.length} searches, one after the other: median ${at(0.5)} ms, p95 ${at(0.95)} ms\n`);
await union.stop();

function sum(all: Record<string, bigint>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [name, n] of all.flatMap(Object.entries)) total[name] = (total[name] ?? 0) + Number(n);
  return total;
}
