import { setTimeout as pause } from "node:timers/promises";
import { all, type As, one, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { job } from "@lienthong/jobs/job.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { z } from "zod";
import { knownTitles } from "../titles/hit.ts";
import { keepLackingWords } from "../titles/title-words.ts";
import { countIn, dropIndex, fits, isSearched, makeIndex, searchIn, showWrites, writeDocuments } from "./indexes.ts";
import { indexSome } from "./index-some.ts";
import { mappingHash } from "./mapping.ts";

const pageTitles = 500;
// Ids are hashes, so stretches of them hold as many titles each: while one is read from the database and made into
// documents, the search server takes others.
const stretches = [
  { after: "", to: "u4" },
  { after: "u4", to: "u8" },
  { after: "u8", to: "uc" },
  { after: "uc", to: "v" },
];
// A rebuild that has been silent for so long was killed, and another may begin.
const silentSeconds = 120;
const comparisonsMax = 50;

/** Fills the search index anew, for operations: after a restore, or when it is doubted. */
export const rebuildSearch = job("rebuild-search", { payload: z.unknown() }, async (work) => {
  await rebuildIndex((step) => work.as(step), work.log, work.stopping);
});

/** Whether the live index is there, is the one that search asks, and is laid out as this release does. */
export async function indexIsGood(as: As): Promise<boolean> {
  const live = await as((tx) =>
    optional<{ name: string; mapping: string }>(tx, sql`select name, mapping from search_index where state = 'LIVE'`),
  );
  return live?.mapping === mappingHash && (await fits(live.name)) && isSearched(live.name);
}

/**
 * Makes a new index, fills it from catalogue's rows while search and indexing go on, compares the counts, and lets search
 * ask it from then on; the former one is dropped. Does nothing while another rebuild is at work.
 * @throws Error when the counts do not come to agree; the former index stays
 */
export async function rebuildIndex(as: As, log: Log, stopping: AbortSignal): Promise<void> {
  const name = await beginFilling(as);
  if (name === undefined) return;
  try {
    await Promise.all(stretches.map((stretch) => fill(as, name, stretch, stopping)));
    if (!stopping.aborted && (await agrees(as, name, log, stopping))) {
      await goLive(as, name);
      log.info({ index: name }, "search asks a new index");
      return;
    }
    if (!stopping.aborted) throw new Error(`The new index ${name} does not have as many documents as there are titles`);
  } catch (error) {
    await forget(as, name);
    throw error;
  }
  await forget(as, name);
}

/** @returns the new index, which indexing writes into from now on; undefined while another rebuild is at work */
async function beginFilling(as: As): Promise<string | undefined> {
  const former = await as((tx) =>
    optional<{ name: string; silent: boolean }>(
      tx,
      sql`
      select name, seen_at < clock_timestamp() - make_interval(secs => ${silentSeconds}) as silent
      from search_index where state = 'FILLING'`,
    ),
  );
  if (former && !former.silent) return undefined;
  if (former) await forget(as, former.name);
  await forgetLost(as);
  const name = await makeIndex();
  const begun = await as((tx) =>
    run(
      tx,
      sql`
      insert into search_index (name, state, mapping) values (${name}, 'FILLING', ${mappingHash}) on conflict do nothing`,
    ),
  );
  if (begun === 1) return name;
  await dropIndex(name);
  return undefined;
}

/** A live index that is no longer there, or is another one by now, takes no documents; the new one stands alone. */
async function forgetLost(as: As): Promise<void> {
  const live = await as((tx) =>
    optional<{ name: string }>(tx, sql`select name from search_index where state = 'LIVE'`),
  );
  if (!live || (await fits(live.name))) return;
  await as((tx) => run(tx, sql`delete from search_index where name = ${live.name}`));
}

type Stretch = (typeof stretches)[number];

async function fill(as: As, name: string, stretch: Stretch, stopping: AbortSignal): Promise<void> {
  let after: string | undefined = stretch.after;
  while (after !== undefined && !stopping.aborted) {
    const from: string = after;
    // Apart, since the row stays locked until the commit, and the other stretches write it too.
    await as((tx) => run(tx, sql`update search_index set seen_at = clock_timestamp() where name = ${name}`));
    after = await as((tx) => fillSome(tx, name, from, stretch.to));
  }
}

async function fillSome(tx: Transaction, name: string, after: string, to: string): Promise<string | undefined> {
  const rows = await all<{ id: string; version: bigint }>(
    tx,
    sql`select id, version from title where id > ${after} and id < ${to} and not gone order by id limit ${pageTitles}`,
  );
  const versions = new Map(rows.map(({ id, version }) => [id, version]));
  const titles = await knownTitles(tx, [...versions.keys()]);
  const refused = await writeDocuments([name], titles);
  if (refused.length > 0) throw new Error(`The search server refuses documents, of title ${refused[0]} first`);
  // Last, since an import waits for the titles that this locks.
  await keepLackingWords(
    tx,
    titles.map(({ id, presented }) => ({ id, presented, version: versions.get(id)! })),
  );
  return rows.at(-1)?.id;
}

/** Whether the new index has a document for each title; those in the queue may be on either side. */
async function agrees(as: As, name: string, log: Log, stopping: AbortSignal): Promise<boolean> {
  for (let comparisons = 0; comparisons < comparisonsMax && !stopping.aborted; comparisons += 1) {
    await as((tx) => indexSome(tx, log));
    const documents = await countIn(name);
    const { titles, waiting } = await as((tx) =>
      one<{ titles: number; waiting: number }>(
        tx,
        sql`
        select (select count(*)::int from title where not gone) as titles,
               (select count(*)::int from title_to_index) as waiting`,
      ),
    );
    if (Math.abs(documents - titles) <= waiting) return true;
    await pause(100);
  }
  return false;
}

async function goLive(as: As, name: string): Promise<void> {
  await showWrites(name);
  await searchIn(name);
  const former = await as((tx) =>
    all<{ name: string }>(tx, sql`delete from search_index where state = 'LIVE' returning name`).then(async (rows) => {
      await run(tx, sql`update search_index set state = 'LIVE', seen_at = clock_timestamp() where name = ${name}`);
      return rows;
    }),
  );
  for (const index of former) await dropIndex(index.name);
}

async function forget(as: As, name: string): Promise<void> {
  await as((tx) => run(tx, sql`delete from search_index where name = ${name}`));
  await dropIndex(name);
}
