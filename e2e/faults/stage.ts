import { randomUUID } from "node:crypto";
import type { DataField, MarcRecord } from "@lienthong/marc/record.ts";
import { toIso2709 } from "@lienthong/marc/write.ts";
import { ImportState, type StartImportRequest } from "@lienthong/proto/catalogue/v1/service.ts";
import { LibraryKind, LibraryLevel, PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { answered, isRefusal, type Refusal } from "@lienthong/rpc/refusal.ts";
import type { Someone } from "@lienthong/testing/realm.ts";
import { until } from "@lienthong/testing/until.ts";
import type { FaultWorld } from "./world.ts";

export type Stage = {
  libraryId: string;
  branchId: string;
  /** Of a group unless wanted otherwise: it may borrow a hundred items at once. */
  cards: { number: string; personId: string }[];
  barcodes: string[];
  titleId: string;
  recordId: string;
  /** Staff of the library with all its roles, each time the same account. */
  staff: Someone;
};

export type Wanted = { cards?: number; copies?: number; title?: string; category?: PatronCategory };

/** What all readers of a fault world are called: it may stand in identity's rows and nowhere else. */
export const readersNames = ["Nguyễn Thu Hà", "Lê Văn Minh"] as const;

/** The ministry, which registers libraries. */
export const ministry: Someone = { roles: ["agency.ministry"], account: "ministry" };

/** A library with a branch where readers may collect. */
export async function aLibrary(world: FaultWorld): Promise<{ id: string; branchId: string }> {
  const { identity } = await world.as(ministry);
  const branches = [{ name: "Trụ sở", province: "46", commune: "Thuận Hóa", address: "", pickup: true }];
  const facts = { name: "Thư viện thử", kind: LibraryKind.PUBLIC, level: LibraryLevel.PROVINCE, province: "46" };
  const asked = { id: "", ...facts, altIds: [], branches, from: "2020-07-01" };
  const library = sure(answered(await identity.registerLibrary(asked, newRequest())));
  return { id: library.id, branchId: library.branches[0]?.id ?? "" };
}

/** A library with a branch, readers with cards, and a title with copies on the shelf: made through the doors. */
export async function aStage(
  world: FaultWorld,
  { cards = 2, copies = 8, title = "Truyện Kiều", category = PatronCategory.GROUP }: Wanted = {},
): Promise<Stage> {
  const library = await aLibrary(world);
  const roles = ["desk", "cataloguer", "manager"].map((role) => `librarian.${role}@${library.id}`);
  const staff = { roles, account: `staff-${library.id}` };
  const at = await world.as(staff, library.id);

  const readers: Stage["cards"] = [];
  // One after the other: more at once than a service takes would be told to ask again.
  for (let n = 0; n < cards; n += 1) {
    const number = `T${library.id.slice(3)}${n}`;
    const patron = { fullName: readersNames[0], birthDate: "1995-02-03", pin: "", paperSeen: "cccd" };
    const asked = { ...patron, category, cardNumber: number };
    const { personId } = sure(answered(await at.identity.registerPatron(asked, newRequest())));
    readers.push({ number, personId });
  }
  const barcodes = Array.from({ length: copies }, (_, n) => `${library.id.slice(3)}${String(n).padStart(6, "0")}`);
  const started = sure(
    answered(await at.catalogue.startImport(file([aRecord(library.id, barcodes, title)]), newRequest())),
  );
  await until(
    async () => sure(answered(await at.catalogue.getImport({ id: started.id }))).state,
    (state) => state === ImportState.FINISHED,
  );
  // Each copy is scanned once, as new books are; from then on circulation knows the library, its branch and the item.
  const scanned = { itemId: "", branchId: "" };
  for (const barcode of barcodes) {
    const scan = () => at.circulation.checkIn({ ...scanned, barcode }, newRequest()).then(answered, () => undefined);
    await until(scan, (taken) => taken !== undefined && !isRefusal(taken));
  }
  const mapping = await at.catalogue.titleMapping({ libraryId: library.id, after: "", size: 1 });
  const { recordId = "", titleId = "" } = mapping.records[0] ?? {};
  return {
    ...{ libraryId: library.id, branchId: library.branchId, cards: readers, barcodes, staff },
    ...{ recordId, titleId },
  };
}

/** A record with an item for each barcode. */
export function aRecord(libraryId: string, barcodes: readonly string[], title: string): MarcRecord {
  const field = (tag: string, ...subfields: [string, string][]): DataField => ({
    ...{ tag, ind1: " ", ind2: " " },
    subfields: subfields.map(([code, value]) => ({ code, value })),
  });
  const copies = barcodes.map((barcode) => field("852", ["a", libraryId], ["b", "Kho mượn"], ["p", barcode]));
  return {
    leader: "00000nam a2200000 a 4500",
    control: [
      { tag: "001", value: `K${barcodes[0] ?? randomUUID().slice(0, 8)}` },
      { tag: "008", value: "241123s2005    vm                  vie  " },
    ],
    fields: [field("100", ["a", "Nguyễn Du"]), field("245", ["a", title]), ...copies],
  };
}

/** Records as the parts of an upload. */
export async function* file(records: readonly MarcRecord[]): AsyncGenerator<StartImportRequest> {
  yield { part: { $case: "file", value: { name: "thu.mrc", encoding: "" } } };
  yield { part: { $case: "chunk", value: Buffer.concat(records.map((record) => Buffer.from(toIso2709(record)))) } };
}

/** A call that is made once, under a request id of its own. */
export const newRequest = () => ({ requestId: randomUUID(), deadlineMs: 20_000 });

/** What was asked for. @throws Error with the refusal's code where the caller was sure and was refused */
export function sure<Value>(answer: Value | Refusal): Value {
  if (isRefusal(answer)) throw new Error(`Refused: ${answer.refused.code} ${JSON.stringify(answer.refused.details)}`);
  return answer;
}
