import { deadLetters, replay } from "@lienthong/bus/dead-letter.ts";
import { republish } from "@lienthong/bus/republish.ts";
import type { Database } from "@lienthong/database/database.ts";
import { isDatabaseAway } from "@lienthong/database/errors.ts";
import { type AnyJob, job, type Work } from "@lienthong/jobs/job.ts";
import { z } from "zod";
import type { Service } from "./service.ts";

// One run ends even when letters come as fast as they go; whoever asks again goes on from there.
const lettersMax = 10_000;
const whichLetters = z.object({ ids: z.array(z.uuid()).min(1).max(200).optional() });

/** What every service does when an operator asks for it: the jobs `republish` and `replay-dead-letters`. */
export function operations(declared: Service, database: Database): AnyJob[] {
  const tellAgain = job("republish", { payload: z.object({ libraryId: z.string().optional() }) }, async (work) => {
    const pages = await republish(database, declared.name, declared.retells, work.payload, work.stopping, work.id);
    work.log.info({ pages, libraryId: work.payload.libraryId }, "states were told again");
  });
  const replayLetters = job("replay-dead-letters", { payload: whichLetters }, (work) =>
    replayAll(declared, database, work),
  );
  return [tellAgain, replayLetters];
}

/**
 * Replays what was set aside, or the letters that are named, each on its own and once; one that fails again stays and is
 * logged. Who asks for all has mended a cause and says nothing of those too old to be judged: they stay until they are named.
 */
async function replayAll(
  declared: Service,
  database: Database,
  work: Work<z.infer<typeof whichLetters>>,
): Promise<void> {
  const { name, consumes } = declared;
  const { ids } = work.payload;
  let after: string | undefined;
  let replayed = 0;
  let failed = 0;
  while (replayed + failed < lettersMax) {
    const letters = await deadLetters(database, name, after);
    for (const { id, subject, tooOld } of letters) {
      work.stopping.throwIfAborted();
      if (ids === undefined ? tooOld : !ids.includes(id)) continue;
      try {
        await replay(database, name, consumes, id, work.log);
        replayed += 1;
      } catch (error) {
        // No fault of the letter: the queue tries the whole job again when the database may be back.
        if (isDatabaseAway(error)) throw error;
        failed += 1;
        work.log.warn({ err: error, id, subject, runbook: "dead-letter" }, "an event set aside failed again");
      }
    }
    // Those that failed stay in the table: only what comes after them is still to do.
    after = letters.at(-1)?.id;
    if (after === undefined) break;
  }
  work.log.info({ replayed, failed }, "events set aside were replayed");
}
