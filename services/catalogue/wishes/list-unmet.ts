import { all, sql } from "@lienthong/database/transaction.ts";
import type { ListUnmetRequest, ListUnmetResponse, UnmetTitle } from "@lienthong/proto/catalogue/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";

/** What readers of the caller's library waited for in vain during the last year, the most wanted first. */
export const ListUnmet = query<ListUnmetRequest, ListUnmetResponse>((_ask, caller) =>
  caller.as(async (tx) => ({
    titles: await all<UnmetTitle>(
      tx,
      sql`
      select title_id as "titleId", max(title) as title, max(author) as author, count(*)::int as wished,
             max(at) as "lastWishedAt"
      from wish where library_id = ${tx.actor.libraryId} and at > now() - interval '1 year'
      group by title_id order by wished desc, "lastWishedAt" desc limit 200`,
    ),
  })),
);
