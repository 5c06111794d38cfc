import { setTimeout as pause } from "node:timers/promises";
import { serviceActor } from "@lienthong/auth/actor.ts";
import type { Database } from "@lienthong/database/database.ts";
import type { As } from "@lienthong/database/transaction.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { markSpokenOf } from "../indexing/mark.ts";
import { batchTitles, indexSome } from "./index-some.ts";
import { indexIsGood, rebuildIndex } from "./rebuild.ts";
import { ownSettings } from "../settings.ts";
import { showWrites } from "./indexes.ts";
import { SearchServerError } from "./server.ts";

export type Indexing = { stop(): Promise<void> };

const lookEveryMs = 200;
const restAfterErrorMsMax = 5_000;
// While titles cannot be written there is time to take what consumers spoke of: one row an event, of a busy evening hundreds
// a second.
const passesWhileAway = 50;
// An index may be lost while nothing is written, and readers must not wait for the next import.
const checkEveryMs = 5_000;

/**
 * Keeps the search index at what catalogue's rows say: woken by commits, and looking by itself five times a second. One
 * replica at a time writes a batch. Without a search server titles wait in their queue; an index that is lost, or laid out
 * otherwise than this release does, is filled anew.
 */
export function startIndexing(database: Database, log: Log): Indexing {
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();
  database.onAnnounced(() => woken.resolve());
  const as: As = (step) => database.transact(serviceActor("catalogue"), step);

  let checkedAt = Number.NEGATIVE_INFINITY;
  // One that was killed may have left it so.
  let showsLate = true;

  /** Marks titles that consumers spoke of. @returns whether there are more */
  async function takeMarks(passesMax: number): Promise<boolean> {
    let more = true;
    for (let pass = 0; more && pass < passesMax && !stopping.signal.aborted; pass += 1) more = await as(markSpokenOf);
    return more;
  }

  async function keepGoodIndex(): Promise<void> {
    if (performance.now() - checkedAt < checkEveryMs) return;
    if (!(await indexIsGood(as))) await rebuildIndex(as, log, stopping.signal);
    checkedAt = performance.now();
  }

  /** Writes one batch. @returns whether more wait */
  async function writeSome(): Promise<boolean> {
    const { taken, many = showsLate } = await as((tx) => indexSome(tx, log));
    if (many !== showsLate) await showWrites(ownSettings().SEARCH_INDEX, many);
    showsLate = many;
    return taken === batchTitles;
  }

  async function work() {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        // Marks and documents by turns, so that neither waits until nothing comes of the other; marks need no search server.
        const moreMarks = await takeMarks(failures === 0 ? 1 : passesWhileAway);
        await keepGoodIndex();
        const moreTitles = await writeSome();
        failures = 0;
        if (moreMarks || moreTitles) continue;
      } catch (error) {
        if (error instanceof SearchServerError && error.status === 404) checkedAt = Number.NEGATIVE_INFINITY;
        failures += 1;
        if (failures === 1) log.warn({ err: error }, "titles wait for the search server, which does not take them");
      }
      const rest = failures === 0 ? lookEveryMs : Math.min(restAfterErrorMsMax, lookEveryMs * 2 ** failures);
      const waited = pause(rest, undefined, { signal: stopping.signal }).catch(() => undefined);
      await (failures === 0 ? Promise.race([woken.promise, waited]) : waited);
      woken = Promise.withResolvers<void>();
    }
  }
  const working = work();
  return {
    async stop() {
      stopping.abort();
      await working;
    },
  };
}
