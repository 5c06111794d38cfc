import { answered, isRefusal, type Refusal } from "@lienthong/rpc/refusal.ts";
import { until } from "@lienthong/testing/until.ts";
import { sampleLibraries } from "../../deploy/sample-world/libraries.ts";
import { actorIn, tokenOf } from "./people.ts";
import { callsOf } from "./platform.ts";
import { asFile, imported, itemField, mappedRecords, recordWith } from "./records.ts";

const [first, second] = sampleLibraries;
if (!first || !second) throw new Error("The sample world is not as the attacks know it");
/** The library whose matters others try to get at, and the one whose staff try. */
export const [hanoi, hue] = [first, second];

/** What belongs to a library and a reader of it, by the ids that an attacker may have learnt. */
export type Things = {
  libraryId: string;
  branchId: string;
  loanId: string;
  holdId: string;
  itemId: string;
  barcode: string;
  titleId: string;
  recordId: string;
  otherRecordId: string;
  importId: string;
  cardNumber: string;
  cardId: string;
  roleId: string;
  /** The reader who has the loan and waits for the hold; and a librarian, whose card no desk has seen. */
  personId: string;
  otherPersonId: string;
};

const records = { lent: "PHEP-THU-1", waitedFor: "PHEP-THU-2" };
const barcodes = { lent: "PTHU000001", waitedFor: "PTHU000002" };
const scan = { itemId: "", branchId: "" };

/** Lets the first library own two books, one lent to its reader and one that the reader waits for. Done again, it is there. */
export async function theThings(): Promise<Things> {
  const libraryId = hanoi.code;
  const files = asFile(
    recordWith(records.lent, [["245", ["a", "Sách thử đang cho mượn"]], itemField(libraryId, barcodes.lent)]),
    recordWith(records.waitedFor, [["245", ["a", "Sách thử có người chờ"]], itemField(libraryId, barcodes.waitedFor)]),
  );
  const { id: importId } = await imported(libraryId, files, "phep-thu.mrc");
  const mapped = await mappedRecords(libraryId);
  const [lent, waited] = [mapped.get(records.lent), mapped.get(records.waitedFor)];
  if (!lent || !waited) throw new Error("The records of the attacks were not taken");

  const staff = { token: await tokenOf(hanoi.librarian.username), libraryId };
  const desk = callsOf("circulation", staff);
  for (const barcode of Object.values(barcodes)) {
    const taken = () => desk.checkIn({ ...scan, barcode }).then(answered, () => undefined);
    await until(taken, (answer) => answer !== undefined && !isRefusal(answer), 60_000);
  }
  const cardNumber = readerOf(0).card;
  const holder = sure(answered(await callsOf("identity", staff).resolveCard({ cardNumber })));
  const asked = { cardNumber, barcode: barcodes.lent, itemId: "", branchId: undefined };
  const loan = sure(answered(await desk.checkOut(asked)));
  if (!("lentAt" in loan)) throw new Error("The barcode of the attacks is another library's too");

  const library = sure(answered(await callsOf("identity").getLibrary({ code: libraryId, on: "" })));
  const branchId = library.branches.find((branch) => branch.pickup)?.id ?? "";
  const mine = callsOf("circulation", { token: await tokenOf(readerOf(0).username) });
  const held = (await mine.myAccount({})).holds.find((hold) => hold.titleId === waited.titleId);
  const hold =
    held ?? sure(answered(await mine.placeHold({ titleId: waited.titleId, recordId: "", pickupBranchId: branchId })));
  const { roles } = await callsOf("identity", staff).listRoles({ libraryId, after: "" });
  const scanned = await callsOf("circulation", staff).patronAccount({ personId: holder.personId });
  if (isRefusal(answered(scanned))) throw new Error("The desk does not know the reader");
  return {
    ...{ libraryId, branchId, loanId: loan.id, holdId: hold.id, barcode: barcodes.lent, importId, cardNumber },
    ...{
      titleId: waited.titleId,
      recordId: waited.recordId,
      otherRecordId: lent.recordId,
      cardId: holder.cardId,
      roleId: roles[0]?.id ?? "",
    },
    ...{
      personId: holder.personId,
      otherPersonId: actorIn(staff.token, libraryId).personId ?? "",
      itemId: await itemIdOf(barcodes.lent),
    },
  };
}

/** A reader of the first library. */
export function readerOf(which: number): { username: string; name: string; card: string } {
  const reader = hanoi.readers[which];
  if (!reader) throw new Error(`The sample library has no reader ${which}`);
  return reader;
}

/** What was asked for. @throws Error where the caller was sure and was refused */
export function sure<Value>(answer: Value | Refusal): Value {
  if (isRefusal(answer)) throw new Error(`Refused: ${answer.refused.code} ${JSON.stringify(answer.refused.details)}`);
  return answer;
}

async function itemIdOf(barcode: string): Promise<string> {
  const lent = (await mappedRecords(hanoi.code)).get(records.lent);
  const title = sure(answered(await callsOf("catalogue").getTitle({ id: lent?.titleId ?? "" })));
  return title.items.find((item) => item.barcode === barcode)?.id ?? "";
}
