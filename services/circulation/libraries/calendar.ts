import { one, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Calendar } from "./open-days.ts";

/** When a branch is closed, as far as a due date may look ahead. */
export async function calendarOf(tx: Transaction, branchId: string): Promise<Calendar> {
  const closed = await one<{ weekdays: number[]; days: string[] }>(
    tx,
    sql`
    select array(select weekday::int from closed_weekday where branch_id = ${branchId}) as weekdays,
           array(select day::text from closed_day
                 where branch_id = ${branchId} and day between current_date - 1 and current_date + 1000
                 order by day limit 1000) as days`,
  );
  return { closedWeekdays: new Set(closed.weekdays), closedDays: new Set(closed.days) };
}
