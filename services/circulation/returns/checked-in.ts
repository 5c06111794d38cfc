import { one, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { type CheckedIn, CheckInStep, type ScannedItem } from "@lienthong/proto/circulation/v1/service.ts";
import type { Onward } from "../holds/capture.ts";

/** What the desk is told: what was scanned, and where it goes from here. */
export async function checkedIn(
  tx: Transaction,
  item: ScannedItem,
  next: Onward,
  returned: { daysLate: number } | undefined,
): Promise<CheckedIn> {
  const to = next.step === "SEND" ? next.to : undefined;
  return {
    item,
    step: CheckInStep[next.step],
    toBranchId: to?.id ?? "",
    toBranchName: to?.name ?? "",
    toLibraryName: to ? await libraryName(tx, to.libraryId) : "",
    holdId: next.step === "SHELVE" ? "" : (next.holdId ?? ""),
    readyUntil: next.step === "HOLD_SHELF" ? next.readyUntil : undefined,
    returned: returned !== undefined,
    daysLate: returned?.daysLate ?? 0,
  };
}

async function libraryName(tx: Transaction, libraryId: string): Promise<string> {
  const { name } = await one<{ name: string }>(
    tx,
    sql`select coalesce((select name from library where id = ${libraryId}), ${libraryId}) as name`,
  );
  return name;
}
