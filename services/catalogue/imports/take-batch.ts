import { one, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { markForIndex } from "../indexing/mark.ts";
import { itemsOf } from "../items/item-fields.ts";
import { itemFieldOf } from "../items/profile.ts";
import { type ItemsOfRecord, writeItems } from "../items/write.ts";
import type { Derived } from "../records/derive.ts";
import {
  deleteRecords,
  formerPlaces,
  type Incoming,
  type Known,
  knownRecords,
  newIds,
  writeRecords,
} from "../records/write.ts";
import { authorLine, titleLine } from "../titles/present.ts";
import { formTitles, keepTitles, lockTitles } from "../titles/regroup.ts";
import type { Batch } from "./make-ready.ts";
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
export async function takeBatch(tx: Transaction, importId: string, from: Progress, batch: Batch): Promise<boolean> {
  await lockTitles(tx);
  const running = await optional<{ libraryId: string; doneBytes: bigint; state: string }>(
    tx,
    sql`
    select library_id as "libraryId", done_bytes as "doneBytes", state from import where id = ${importId} for update`,
  );
  if (running?.state !== "RUNNING" || running.doneBytes !== from.doneBytes) return false;
  const { libraryId } = running;
  const origin = { importId, libraryId };

  const { incoming, faulty } = batch;
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
    return record.removes && there && !there.deleted ? [there.id] : [];
  });
  await takeRecords(tx, origin, written, removed, known);

  const changed = written.filter((record) => known.has(record.controlNumber)).length + removed.length;
  const added = written.length - (changed - removed.length);
  const counts = {
    added,
    changed,
    unchanged: incoming.length - repeated.length - added - changed,
    repaired: incoming.filter((record) => record.repairs.length > 0).length,
  };
  await move(tx, importId, batch, counts, aside);
  return true;
}

async function takeRecords(
  tx: Transaction,
  origin: { importId: string; libraryId: string },
  written: readonly Incoming[],
  removed: readonly string[],
  known: ReadonlyMap<string, Known>,
): Promise<void> {
  if (written.length + removed.length === 0) return;
  const { libraryId } = origin;
  const changedIds = written.flatMap((record) => known.get(record.controlNumber)?.id ?? []);
  const former = await formerPlaces(tx, [...changedIds, ...removed]);
  const fresh = (await newIds(tx, written.length - changedIds.length)).values();
  const records = written.map((record) => {
    const knownId = known.get(record.controlNumber)?.id;
    return { ...record, id: knownId ?? fresh.next().value!, isNew: knownId === undefined };
  });
  const gone = await deleteRecords(tx, removed);

  // Titles are formed before the records are written, so that each is written once, where it belongs.
  const formed = await formTitles(tx, {
    written: records.map(({ id, controlNumber, derived }) => ({
      ...{ id, libraryId, controlNumber, deleted: false },
      sourceKey: `${libraryId}:${controlNumber}`,
      titleId: former.titleOf.get(id) ?? "",
      ...derived,
    })),
    ids: removed,
    formerKeys: former.keys,
  });
  const placed = records.map((record) => ({ ...record, titleId: formed.titleOf.get(record.id)! }));
  const told = await writeRecords(tx, origin, placed);
  await keepTitles(tx, formed, [...told, ...gone]);

  const field = await itemFieldOf(tx, libraryId);
  const itemsOfRecords = placed.map(({ id: recordId, titleId, content, derived }): ItemsOfRecord => {
    return { recordId, titleId, items: itemsOf(content, field), ...itemTexts(derived) };
  });
  const none = { items: [], titleId: "", itemType: "", title: "", author: "" };
  const shown = await writeItems(tx, libraryId, [
    ...itemsOfRecords,
    ...removed.map((recordId) => ({ recordId, ...none })),
  ]);
  // The titles of these records are marked already; a barcode may also have left another record's title.
  const marked = new Set(placed.map((record) => record.titleId));
  await markForIndex(
    tx,
    shown.filter((id) => !marked.has(id)),
  );
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

/** The same bytes, read in the same way: nothing of it is new. */
const isSame = (record: Incoming, there: Known | undefined) =>
  there !== undefined && !there.deleted && there.hash.equals(record.hash) && there.encoding === record.encoding;

async function move(
  tx: Transaction,
  importId: string,
  { read, incoming }: Batch,
  counts: Counts,
  aside: readonly SetAside[],
): Promise<void> {
  const last = read.at(-1)!;
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
