import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { enqueue, type Job, job } from "@lienthong/jobs/job.ts";
import type { MarcRecord } from "@lienthong/marc/record.ts";
import { z } from "zod";
import { nilId } from "../asked.ts";
import { markForIndex } from "../indexing/mark.ts";
import { itemsOf } from "../items/item-fields.ts";
import { itemFieldOf } from "../items/profile.ts";
import { writeItems } from "../items/write.ts";
import type { Description } from "../titles/describe.ts";
import { lockTitles } from "../titles/regroup.ts";
import { itemTexts } from "./take-batch.ts";

type Payload = { libraryId: string; after: string };
type Row = { id: string; titleId: string; content: MarcRecord; described: Description };

const stepRecords = 200;

/** Reads the items of a library's records again, after its profile changed. */
export const readItemsAgain: Job<Payload> = job(
  "read-items-again",
  { payload: z.object({ libraryId: z.string(), after: z.string() }) },
  async (work) => {
    const { libraryId } = work.payload;
    let after: string | undefined = work.payload.after;
    while (after !== undefined) {
      const from: string = after;
      // A service that stops leaves the rest to another job, which begins where this one was.
      if (work.stopping.aborted) {
        await work.as((tx) => enqueue(tx, readItemsAgain, { libraryId, after: from }, `read-items-again:${libraryId}`));
        return;
      }
      after = await work.as((tx) => readSome(tx, libraryId, from));
    }
  },
);

async function readSome(tx: Transaction, libraryId: string, after: string): Promise<string | undefined> {
  await lockTitles(tx);
  const field = await itemFieldOf(tx, libraryId);
  const rows = await all<Row>(
    tx,
    sql`
    select id, title_id as "titleId", content, described from record
    where library_id = ${libraryId} and not deleted and id > ${after || nilId} order by id limit ${stepRecords}`,
  );
  const changed = await writeItems(
    tx,
    libraryId,
    rows.map((row) => ({
      recordId: row.id,
      titleId: row.titleId,
      items: itemsOf(row.content, field),
      ...itemTexts(row),
    })),
  );
  await markForIndex(tx, changed);
  return rows.at(-1)?.id;
}
