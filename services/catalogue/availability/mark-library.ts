import { all, sql } from "@lienthong/database/transaction.ts";
import { enqueue, type Job, job } from "@lienthong/jobs/job.ts";
import { z } from "zod";
import { nilId } from "../asked.ts";
import { markForIndex } from "../indexing/mark.ts";

type Payload = { libraryId: string; after: string };

const stepRecords = 500;

/** Has the search documents of all titles that a library holds made anew. */
export const markLibrary: Job<Payload> = job(
  "mark-library",
  { payload: z.object({ libraryId: z.string(), after: z.string() }) },
  async (work) => {
    const { libraryId } = work.payload;
    let after: string | undefined = work.payload.after;
    while (after !== undefined) {
      const from: string = after;
      if (work.stopping.aborted) {
        await work.as((tx) => enqueue(tx, markLibrary, { libraryId, after: from }, `mark-library:${libraryId}`));
        return;
      }
      after = await work.as(async (tx) => {
        const rows = await all<{ id: string; titleId: string }>(
          tx,
          sql`
          select id, title_id as "titleId" from record where library_id = ${libraryId} and id > ${from || nilId}
          order by id limit ${stepRecords}`,
        );
        await markForIndex(tx, [...new Set(rows.map((row) => row.titleId))]);
        return rows.at(-1)?.id;
      });
    }
  },
);
