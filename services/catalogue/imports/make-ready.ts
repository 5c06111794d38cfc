import { hash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type { QuarantineReason } from "@lienthong/marc/quarantine.ts";
import type { Read } from "@lienthong/marc/read.ts";
import { controlField, missing } from "@lienthong/marc/record.ts";
import { type Incoming, madeReady } from "../records/write.ts";
import type { SetAside } from "./set-aside.ts";

/** A stretch of a file, read and made ready for its transaction. */
export type Batch = { read: readonly Read[]; incoming: Incoming[]; faulty: SetAside[] };

// A record takes a tenth of a millisecond or two; calls that come meanwhile are answered in between.
const recordsAtOnce = 20;

/** Parts what can be taken from what cannot, and makes of it all that can be made without the database. */
export async function makeReady(libraryId: string, read: readonly Read[]): Promise<Batch> {
  const batch: Batch = { read, incoming: [], faulty: [] };
  for (const [at, one] of read.entries()) {
    if (at % recordsAtOnce === recordsAtOnce - 1) await turn();
    const sorted = sort(libraryId, one);
    if ("reason" in sorted) batch.faulty.push(sorted);
    else batch.incoming.push(sorted);
  }
  return batch;
}

function sort(libraryId: string, read: Read): Incoming | SetAside {
  const { seq, offset, length, bytes } = read;
  const fault = (reason: string, detail: string, controlNumber = ""): SetAside => ({
    ...{ seq, offset, length, bytes, reason, detail, controlNumber },
  });
  if (!read.ok) {
    const readings = read.readings?.map(({ encoding, text }) => `Read as ${encoding}: ${text.slice(0, 300)}`) ?? [];
    return fault(read.reason, [read.detail, ...readings].join("\n"));
  }
  const { record, encoding, repairs } = read;
  const controlNumber = (controlField(record, "001") ?? "").trim().normalize("NFC");
  const removes = record.leader[5] === "d";
  const lack = missing(record);
  if (lack && !(removes && controlNumber !== "")) return fault(lack, lacks[lack], controlNumber);
  if (controlNumber.length > controlNumberCharactersMax) return fault("no-001", lacks["no-001"], controlNumber);
  return madeReady(libraryId, {
    ...{ seq, offset, length, controlNumber, removes, content: record, bytes },
    hash: hash("sha256", bytes, "buffer"),
    encoding,
    repairs,
  });
}

const controlNumberCharactersMax = 200;
const lacks: Record<Extract<QuarantineReason, "empty" | "no-001" | "no-245">, string> = {
  empty: "The record has no data fields.",
  "no-001": "The record has no control number (001) by which it could be known again, or one that is too long.",
  "no-245": "The record has no title (245).",
};
