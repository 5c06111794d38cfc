import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import {
  type GetTitleRequest,
  type GetTitleResponse,
  type Title,
  TitleItem,
} from "@lienthong/proto/catalogue/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { notFound } from "@lienthong/rpc/fault.ts";
import { fitting } from "@lienthong/rpc/fitting.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { anId } from "../asked.ts";
import { withHoldings } from "./hit.ts";
import { resolveTitle } from "./resolve.ts";

export const refuse = refusals("catalogue.get-title", {
  gone: "No library has this title any more.",
});

/** A title with its items, for everybody. */
export const GetTitle = query<GetTitleRequest, GetTitleResponse>((ask, caller) => {
  const { id } = ask;
  // What cannot be an id is the name of no title, as any other that was mistyped.
  if (!shape.safeParse(id).success) throw notFound("title");
  return caller.as(async (tx) => outcome(await getTitle(tx, id), "title", (title) => title));
});

/** A title's id, or the id of one of its records. */
const shape = z.union([z.string().regex(/^u[0-9a-f]{20}$/), anId]);

const itemsShownMax = 500;
// The title itself (hit.ts).
const besideItemsBytesMax = 256 * 1024;

/** @throws CallFault not-found when no title ever had this id */
export async function getTitle(tx: Transaction, id: string): Promise<Title | Refusal> {
  const resolved = await resolveTitle(tx, id);
  if (!resolved) throw notFound("title");
  if (resolved.gone) return refuse("gone");
  const [title] = await withHoldings(tx, [resolved]);
  if (!title) throw new Error(`Title ${resolved.id} was there a moment ago`);
  const rows = await all<TitleItem & { forLoan: boolean; heardAt: Date | null }>(
    tx,
    sql`
    select item.id, item.library_id as "libraryId", coalesce(library.name, '') as "libraryName", item.barcode,
           item.call_number as "callNumber", item.location, item.record_id as "recordId", item.for_loan as "forLoan",
           coalesce(item_state.state, 'unknown') as state, item_state.due_at as "dueAt", item_state.heard_at as "heardAt"
    from item
    left join library on library.id = item.library_id
    left join item_state on item_state.item_id = item.id
    where item.title_id = ${resolved.id} and not item.withdrawn
    order by item.library_id, item.call_number, item.barcode limit ${itemsShownMax}`,
  );
  const heard = rows.flatMap((row) => row.heardAt ?? []);
  const movedFrom = id !== resolved.id && id.startsWith("u") ? id : "";
  const items = rows.map(({ forLoan, heardAt: _heard, ...item }) => ({
    ...item,
    dueAt: item.dueAt ?? undefined,
    state: forLoan ? item.state : "not-for-loan",
  }));
  return {
    brief: title.hit,
    items: fitting(items, TitleItem, besideItemsBytesMax),
    asOf: heard.length > 0 ? new Date(Math.max(...heard.map(Number))) : undefined,
    movedFrom,
  };
}
