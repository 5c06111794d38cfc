import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Incoming, Known } from "../records/write.ts";
import type { SetAside } from "./set-aside.ts";

/**
 * Parts the records whose control number this file brings for the first time from those that come again. The same bytes
 * again are passed over; other bytes are set aside, because one number means one record.
 */
export async function firstMeetings(
  tx: Transaction,
  importId: string,
  incoming: readonly Incoming[],
  known: ReadonlyMap<string, Known>,
): Promise<{ fresh: Incoming[]; repeated: SetAside[] }> {
  const first = new Map<string, Incoming>();
  for (const record of incoming) if (!first.has(record.controlNumber)) first.set(record.controlNumber, record);
  const met = await all<{ controlNumber: string; seq: bigint; again: boolean }>(
    tx,
    sql`
    insert into import_met (import_id, control_number, seq)
    select ${importId}, * from unnest(${[...first.keys()]}::text[], ${[...first.values()].map(({ seq }) => seq)}::bigint[])
    on conflict (import_id, control_number) do update set seq = import_met.seq
    returning control_number as "controlNumber", seq, old.seq is not null as again`,
  );
  const before = new Map(met.filter((row) => row.again).map((row) => [row.controlNumber, row.seq]));
  const fresh: Incoming[] = [];
  const repeated: SetAside[] = [];
  for (const record of incoming) {
    const { controlNumber, seq, hash, bytes } = record;
    const one = first.get(controlNumber)!;
    const earlier = before.get(controlNumber) ?? (one === record ? undefined : BigInt(one.seq));
    if (earlier === undefined) {
      fresh.push(record);
      continue;
    }
    const same = before.has(controlNumber) ? known.get(controlNumber)?.hash : one.hash;
    if (same?.equals(hash)) continue;
    const detail = `Record ${earlier} of this file has the control number ${controlNumber} too, with other content.`;
    const { offset, length } = record;
    repeated.push({ seq, offset, length, bytes, reason: "number-repeated", detail, controlNumber });
  }
  return { fresh, repeated };
}
