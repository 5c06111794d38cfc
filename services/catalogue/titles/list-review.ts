import { all, sql } from "@lienthong/database/transaction.ts";
import type { ListReviewRequest, ListReviewResponse, ReviewPair } from "@lienthong/proto/catalogue/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { z } from "zod";
import { afterId, checked, nilId } from "../asked.ts";

/** Pairs that people should compare and of which one is a title with a record of the caller's library as its first, oldest first. */
export const ListReview = query<ListReviewRequest, ListReviewResponse>((ask, caller) => {
  const { after } = checked(z.object({ after: afterId }), ask);
  return caller.as(async (tx) => ({
    pairs: await all<ReviewPair>(
      tx,
      sql`
      select id, a, b, reason from review_pair
      where ${tx.actor.libraryId} in (a_library, b_library) and id > ${after || nilId} order by id limit 100`,
    ),
  }));
});
