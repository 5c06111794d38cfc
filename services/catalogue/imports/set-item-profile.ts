import { run, sql } from "@lienthong/database/transaction.ts";
import { enqueue } from "@lienthong/jobs/job.ts";
import type { SetItemProfileRequest, SetItemProfileResponse } from "@lienthong/proto/catalogue/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { z } from "zod";
import { checked } from "../asked.ts";
import { readItemsAgain } from "./read-items-again.ts";

/** Says which field of the records of the caller's library holds its items; the records it has are read again. */
export const SetItemProfile = command<SetItemProfileRequest, SetItemProfileResponse>((ask, caller) => {
  const { field } = checked(shape, ask);
  return caller.as(async (tx) => {
    const libraryId = tx.actor.libraryId!;
    await run(
      tx,
      sql`
      insert into item_profile (library_id, field) values (${libraryId}, ${field})
      on conflict (library_id) do update set field = excluded.field`,
    );
    await enqueue(tx, readItemsAgain, { libraryId, after: "" }, `read-items-again:${libraryId}`);
    return { outcome: { $case: "profile", value: { libraryId, field } } };
  });
});

const shape = z.object({ field: z.enum(["auto", "852", "952", "999"], "852, 952, 999 or auto") });
