import { createHash } from "node:crypto";
import { one, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { enqueue } from "@lienthong/jobs/job.ts";
import type { Read } from "@lienthong/marc/read.ts";
import { controlField, missing } from "@lienthong/marc/record.ts";
import type { QuarantineReason } from "@lienthong/marc/quarantine.ts";
import { markForIndex } from "../indexing/mark.ts";
import { itemsOf } from "../items/item-fields.ts";
import { itemFieldOf } from "../items/profile.ts";
import { writeItems } from "../items/write.ts";
import { type Derived, derive } from "../records/derive.ts";
import { deleteRecords, type Incoming, type Known, knownRecords, writeRecords } from "../records/write.ts";
import { compareTitles } from "../titles/compare.ts";
import { authorLine, titleLine } from "../titles/present.ts";
import { lockTitles, regroup } from "../titles/regroup.ts";
import { firstMeetings } from "./met.ts";
import { type SetAside, setAside } from "./set-aside.ts";

export type Progress = { doneBytes: bigint; read: bigint };

type Counts = { added: number; changed: number; unchanged: number; repaired: number };

/**
 * Takes a stretch of an import's file in one transaction: records, items, titles, what is set aside, and how far the
 * import is now. A kill before its commit leaves nothing of it.
 * @param from where the stretch begins: nothing is done when the import is elsewhere by now, or has ended
 * @returns whether the import goes on
 */
export async function takeBatch(tx: Transaction, importId: string, from: Progress, batch: readonly Read[]) {
  await lockTitles(tx);
  const running = await optional<{ libraryId: string; doneBytes: bigint; state: string }>(
    tx,
    sql`
    select library_id as "libraryId", done_bytes as "doneBytes", state from import where id = ${importId} for update`,
  );
  if (running?.state !== "RUNNING" || running.doneBytes !== from.doneBytes) return false;
  const { libraryId } = running;
  const origin = { importId, libraryId };

  const { incoming, faulty } = sorted(batch);
  const known = await knownRecords(
    tx,
    libraryId,
    incoming.map((record) => record.controlNumber),
  );
  const { fresh, repeated } = await firstMeetings(tx, importId, incoming, known);
  const aside = [...faulty, ...repeated];
  await setAside(tx, origin, aside);
  const written = fresh.filter((record) => !record.removes && !isSame(record, known.get(record.controlNumber)));
  const removed = fresh.flatMap((record) => {
    const there = known.get(record.controlNumber);
    return record.removes && there && !there.deleted ? [there] : [];
  });
  await takeRecords(tx, origin, written, removed);

  const changed = written.filter((record) => known.has(record.controlNumber)).length + removed.length;
  const added = written.length - (changed - removed.length);
  const counts = {
    added,
    changed,
    unchanged: incoming.length - repeated.length - added - changed,
    repaired: incoming.filter((record) => record.repairs.length > 0).length,
  };
  await move(tx, importId, batch, counts, incoming, aside);
  return true;
}

async function takeRecords(
  tx: Transaction,
  origin: { importId: string; libraryId: string },
  written: readonly Incoming[],
  removed: readonly Known[],
): Promise<void> {
  if (written.length + removed.length === 0) return;
  const records = written.map((record) => ({ ...record, derived: derive(record.content) }));
  const { touched, idOf } = await writeRecords(tx, origin, records);
  const deleted = await deleteRecords(
    tx,
    removed.map((record) => record.id),
  );
  const titleOf = await regroup(tx, {
    written: [...touched.written, ...deleted.written],
    formerKeys: [...touched.formerKeys, ...deleted.formerKeys],
  });
  const field = await itemFieldOf(tx, origin.libraryId);
  const itemsOfRecords = records.map((record) => {
    const recordId = idOf.get(record.controlNumber)!;
    const items = itemsOf(record.content, field);
    return { recordId, titleId: titleOf.get(recordId)!, items, ...itemTexts(record.derived) };
  });
  const none = { items: [], titleId: "", itemType: "", title: "", author: "" };
  const shown = await writeItems(tx, origin.libraryId, [
    ...itemsOfRecords,
    ...deleted.written.map((recordId) => ({ recordId, ...none })),
  ]);
  // The titles of these records are marked by their regrouping; a barcode may also have left another record's title.
  const marked = new Set(itemsOfRecords.map((record) => record.titleId));
  await markForIndex(
    tx,
    shown.filter((id) => !marked.has(id)),
  );
  await enqueue(tx, compareTitles, undefined, "compare-titles");
}

/** What an item shows of its own library's record: the words that its readers know it by. */
export function itemTexts({ described }: Pick<Derived, "described">) {
  const line = titleLine(described);
  return {
    itemType: described.kind,
    title: described.volume ? `${line}. ${described.volume}` : line,
    author: authorLine(described),
  };
}

/** Parts what can be taken from what cannot. */
function sorted(batch: readonly Read[]): { incoming: Incoming[]; faulty: SetAside[] } {
  const incoming: Incoming[] = [];
  const faulty: SetAside[] = [];
  for (const read of batch) {
    const { seq, offset, length, bytes } = read;
    const fault = (reason: string, detail: string, controlNumber = "") =>
      faulty.push({ seq, offset, length, bytes, reason, detail, controlNumber });
    if (!read.ok) {
      const readings = read.readings?.map(({ encoding, text }) => `Read as ${encoding}: ${text.slice(0, 300)}`) ?? [];
      fault(read.reason, [read.detail, ...readings].join("\n"));
      continue;
    }
    const { record, encoding, repairs } = read;
    const controlNumber = (controlField(record, "001") ?? "").trim().normalize("NFC");
    const removes = record.leader[5] === "d";
    const lack = missing(record);
    if (lack && !(removes && controlNumber !== "")) fault(lack, lacks[lack], controlNumber);
    else if (controlNumber.length > controlNumberCharactersMax) fault("no-001", lacks["no-001"], controlNumber);
    else {
      const hash = createHash("sha256").update(bytes).digest();
      incoming.push({ seq, offset, length, controlNumber, removes, content: record, bytes, hash, encoding, repairs });
    }
  }
  return { incoming, faulty };
}

const controlNumberCharactersMax = 200;
const lacks: Record<Extract<QuarantineReason, "empty" | "no-001" | "no-245">, string> = {
  empty: "The record has no data fields.",
  "no-001": "The record has no control number (001) by which it could be known again, or one that is too long.",
  "no-245": "The record has no title (245).",
};

/** The same bytes, read in the same way: nothing of it is new. */
const isSame = (record: Incoming, there: Known | undefined) =>
  there !== undefined && !there.deleted && there.hash.equals(record.hash) && there.encoding === record.encoding;

async function move(
  tx: Transaction,
  importId: string,
  batch: readonly Read[],
  counts: Counts,
  incoming: readonly Incoming[],
  aside: readonly SetAside[],
): Promise<void> {
  const last = batch.at(-1)!;
  const before = await one<{ encodings: Record<string, number>; reasons: Record<string, number> }>(
    tx,
    sql`select encodings, reasons from import where id = ${importId}`,
  );
  await run(
    tx,
    sql`
    update import set done_bytes = ${last.offset + last.length}, read = ${last.seq},
      added = added + ${counts.added}, changed = changed + ${counts.changed}, unchanged = unchanged + ${counts.unchanged},
      repaired = repaired + ${counts.repaired}, quarantined = quarantined + ${aside.length},
      encodings = ${counted(
        before.encodings,
        incoming.map((record) => record.encoding),
      )},
      reasons = ${counted(
        before.reasons,
        aside.map((record) => record.reason),
      )}, seen_at = clock_timestamp()
    where id = ${importId}`,
  );
}

function counted(before: Record<string, number>, names: readonly string[]): Record<string, number> {
  const after = { ...before };
  for (const name of names) after[name] = (after[name] ?? 0) + 1;
  return after;
}
