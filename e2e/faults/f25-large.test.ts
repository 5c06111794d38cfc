import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import type { MarcRecord } from "@lienthong/marc/record.ts";
import { toIso2709 } from "@lienthong/marc/write.ts";
import { type Import, ImportState, type StartImportRequest } from "@lienthong/proto/catalogue/v1/service.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { until } from "@lienthong/testing/until.ts";
import { type MadeCatalogue, recordOf } from "../bench/made-catalogue.ts";
import { counts } from "./counts.ts";
import { isUnknown } from "./load.ts";
import { violations } from "./play.ts";
import { settled } from "./settle.ts";
import { aStage, type Stage } from "./stage.ts";
import { aFaultWorld, type FaultWorld } from "./world.ts";

const made: MadeCatalogue = { seed: 25, editions: 1, libraries: 60 };
// Two million records take two hours on two cores.
const patienceMs = counts(10, 240) * 60_000;

test("F25: a large file is taken in little memory, goes on after a kill where it was, and says what it set aside", async (t) => {
  const world = await aFaultWorld();
  t.after(() => world.close());
  const { staff, libraryId } = await aStage(world);
  const records = counts(1_500, 2_000_000);
  const untitled = Math.floor(records / 3);
  const path = join(world.folder, "large.mrc");
  await pipeline(function* () {
    for (let n = 0; n < records; n += 1) {
      const record = recordOf(made, 0, n, "L");
      if (n === untitled) record.fields = record.fields.filter(({ tag }) => tag !== "245");
      yield n === 2 * untitled ? longest(record) : toIso2709(record);
    }
  }, createWriteStream(path));

  await world.services.catalogue.stop();
  // So that a heap that grows with the file would end the process.
  const small = { NODE_OPTIONS: "--max-old-space-size=192" };
  await world.services.catalogue.start(small);
  const id = await give(world, { staff, libraryId }, path);
  const state = () => importOf(world, { staff, libraryId }, id);
  await until(state, ({ read }) => read > BigInt(records) / 4n, patienceMs);
  await world.services.catalogue.kill();
  const [kept] = await world.rows<{ read: string; there: string }>(
    "catalogue",
    "select read, (select count(*) from record where library_id = $1) as there from import where id = $2",
    [libraryId, id],
  );
  await world.services.catalogue.start(small);
  const seen: number[] = [];
  const done = await until(
    async () => {
      seen.push(residentMiB(world.services.catalogue.pid));
      return state();
    },
    ended,
    patienceMs,
  );
  assert.deepEqual([done.state, done.read, done.added], [ImportState.FINISHED, BigInt(records), BigInt(records - 1)]);
  assert.equal(done.unchanged, 0n, "nothing that was kept before the kill was taken again");
  // The stage's own title is a record of this library too; the one set aside is none.
  const before = Number(kept?.read);
  assert.equal(Number(kept?.there), before - (before > untitled ? 1 : 0) + 1);
  assert.deepEqual(done.quarantineReasons, { "no-245": 1n });
  const list = await (await world.as(staff, libraryId)).catalogue.listQuarantine({
    importId: id,
    after: 0n,
    reason: "",
  });
  const aside = answered(list);
  assert(!isRefusal(aside));
  assert.deepEqual(
    aside.records.map(({ seq }) => seq),
    [BigInt(untitled + 1)],
  );
  assert(Math.max(...seen) < 500, `${Math.max(...seen)} MiB at most`);
  // What is measured late in the file is what was measured early in it.
  const half = Math.floor(seen.length / 2);
  const [early, late] = [Math.max(...seen.slice(0, half)), Math.max(...seen.slice(half))];
  assert(late < early + 100, `${early} MiB in the first half, ${late} MiB in the second`);
  await assertSound(world);
});

test("F25: thousands of copies of one title are taken, counted and shown in time", async (t) => {
  const world = await aFaultWorld();
  t.after(() => world.close());
  const stage = await aStage(world);
  const copies = counts(2_000, 100_000);
  const path = join(world.folder, "copies.mrc");
  const each = 1_000;
  await pipeline(function* () {
    for (let n = 0; n < copies / each; n += 1) yield withCopies(`C${n}`, each);
  }, createWriteStream(path));
  const id = await give(world, stage, path);
  const done = await until(() => importOf(world, stage, id), ended, patienceMs);
  assert.deepEqual([done.state, done.added], [ImportState.FINISHED, BigInt(copies / each)]);
  const { catalogue } = await world.as(stage.staff, stage.libraryId);
  const found = await until(
    () => catalogue.search({ query: "nghin ban sao", size: 5, after: "", facets: [], sort: "", withoutFacets: true }),
    ({ hits }) => hits[0]?.items === copies,
    patienceMs,
  );
  const began = performance.now();
  const title = answered(await catalogue.getTitle({ id: found.hits[0]?.id ?? "" }));
  assert(!isRefusal(title) && title.items.length === 500);
  assert(performance.now() - began < 5_000, "a reader waits five seconds at most");
  await assertSound(world);
});

test("F25: a small library's file is taken while large ones are at work, and searches are answered", async (t) => {
  const world = await aFaultWorld();
  t.after(() => world.close());
  const [large, small] = [await aStage(world), await aStage(world)];
  const records = counts(6_000, 200_000);
  // As many files as there are workers, and one more.
  const ids: string[] = [];
  for (let file = 0; file < 3; file += 1) {
    const path = join(world.folder, `large-${file}.mrc`);
    await pipeline(function* () {
      for (let n = 0; n < records; n += 1) yield toIso2709(recordOf(made, 1, n, `T${file}-`));
    }, createWriteStream(path));
    ids.push(await give(world, large, path));
  }
  await until(
    () => importOf(world, large, ids[1] ?? ""),
    ({ read }) => read > 0n,
    60_000,
  );
  const path = join(world.folder, "small.mrc");
  await pipeline([toIso2709(recordOf(made, 2, 1, "S"))], createWriteStream(path));
  const given = await give(world, small, path);
  const done = await until(() => importOf(world, small, given), ended, 60_000);
  assert.equal(done.added, 1n);
  const states = await Promise.all(ids.map((id) => importOf(world, large, id)));
  assert(
    states.some(({ state }) => state === ImportState.RUNNING),
    "the large ones are still at work",
  );
  const { catalogue } = await world.as(small.staff, small.libraryId);
  const asked = { query: "truyen kieu", size: 5, after: "", facets: [], sort: "", withoutFacets: false };
  assert.equal((await catalogue.search(asked)).limited, false);
});

type Library = Pick<Stage, "staff" | "libraryId">;

async function give(world: FaultWorld, { staff, libraryId }: Library, path: string): Promise<string> {
  const { catalogue } = await world.as(staff, libraryId);
  const context = { requestId: randomUUID(), deadlineMs: 600_000 };
  const given = answered(await catalogue.startImport(parts(path), context));
  assert(!isRefusal(given));
  return given.id;
}

async function* parts(path: string): AsyncGenerator<StartImportRequest> {
  yield { part: { $case: "file", value: { name: "large.mrc", encoding: "" } } };
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }))
    yield { part: { $case: "chunk", value: chunk as Buffer } };
}

async function importOf(world: FaultWorld, { staff, libraryId }: Library, id: string): Promise<Import> {
  const { catalogue } = await world.as(staff, libraryId);
  // Beside an import in little memory a question may be told to come again.
  const comeAgain = (fault: unknown) => {
    if (!isUnknown(fault)) throw fault;
  };
  const found = await until(() => catalogue.getImport({ id }).then(answered, comeAgain));
  assert(found && !isRefusal(found));
  return found;
}

const ended = ({ state }: Import) => state !== ImportState.WAITING && state !== ImportState.RUNNING;

/** When everything is heard and shown, every invariant holds. */
async function assertSound(world: FaultWorld): Promise<void> {
  await settled(world, patienceMs);
  assert.deepEqual(await violations(world), []);
}

/** The record with notes until it is as long as ISO 2709 allows. */
function longest(record: MarcRecord): Uint8Array {
  const note = (length: number) => ({
    ...{ tag: "500", ind1: " ", ind2: " " },
    subfields: [{ code: "a", value: "x".repeat(length) }],
  });
  // A field has room for 9,999 bytes, and takes twelve more in the directory.
  const whole = { ...record, fields: [...record.fields, ...Array.from({ length: 9 }, () => note(9_990))] };
  const left = 99_999 - toIso2709(whole).length - 17;
  const bytes = toIso2709({ ...whole, fields: [...whole.fields, note(left)] });
  assert.equal(bytes.length, 99_999);
  return bytes;
}

/** One edition, so many copies of it in one record. */
function withCopies(number: string, copies: number): Uint8Array {
  const record = recordOf(made, 0, 0, "X");
  const items = Array.from({ length: copies }, (_, n) => ({
    ...{ tag: "852", ind1: " ", ind2: " " },
    subfields: [{ code: "p", value: `${number}.${n}` }],
  }));
  const title = { ...{ tag: "245", ind1: " ", ind2: " " }, subfields: [{ code: "a", value: "Nghìn bản sao" }] };
  const isbn = { ...{ tag: "020", ind1: " ", ind2: " " }, subfields: [{ code: "a", value: "9786041000063" }] };
  const others = record.fields.filter(({ tag }) => tag !== "852" && tag !== "245" && tag !== "020");
  return toIso2709({ ...record, control: [{ tag: "001", value: number }], fields: [isbn, title, ...others, ...items] });
}

function residentMiB(pid: number | undefined): number {
  const [, kibibytes = "0"] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kibibytes) / 1024);
}
