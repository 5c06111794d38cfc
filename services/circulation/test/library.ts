import { randomUUID } from "node:crypto";
import { sql } from "@lienthong/database/transaction.ts";
import { ItemChanged, RecordChanged, TitleChanged } from "@lienthong/proto/catalogue/v1/events.ts";
import type { Hold } from "@lienthong/proto/circulation/v1/service.ts";
import { BranchChanged, CardChanged, LibraryChanged } from "@lienthong/proto/identity/v1/events.ts";
import { CardState, LibraryKind, PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import type { CallContext } from "@lienthong/rpc/client.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { aCode, type Category, nextVersion, theService, type World } from "./world.ts";

export type Branch = { id: string; libraryId: string };
export type Title = { id: string; recordId: string };
export type Item = { id: string; barcode: string; libraryId: string; title: Title };
export type Patron = { personId: string; cardNumber: string; cardId: string; category: Category; loa: number };
export type Library = Awaited<ReturnType<typeof aLibrary>>;

/** A title with one record, as catalogue would tell of it. */
export async function aTitle(world: World, name = "Truyện Kiều", titleId = `u${randomUUID()}`): Promise<Title> {
  const title = { id: titleId, recordId: randomUUID() };
  await world.service.hears(TitleChanged, {
    ...{ id: title.id, version: nextVersion(), title: name, author: "Nguyễn Du", publisher: "", year: "2005" },
    ...{ language: "vie", kind: "book", gone: false },
  });
  await moveRecord(world, title.recordId, title.id);
  return title;
}

/** Catalogue decides that a record belongs to a title: so titles merge and split. */
export async function moveRecord(world: World, recordId: string, titleId: string, version = nextVersion()) {
  const record = { id: recordId, version, libraryId: "VN-000001P", controlNumber: recordId.slice(0, 8), titleId };
  await world.service.hears(RecordChanged, record);
}

/** A library with branches where readers collect, its desk, its items and its patrons. */
export async function aLibrary(
  world: World,
  { province = "46", commune = "", branches = 1 }: { province?: string; commune?: string; branches?: number } = {},
) {
  const { service } = world;
  const id = aCode();
  const name = `Thư viện ${id}`;
  await service.hears(LibraryChanged, {
    ...{ id, version: nextVersion(), name, kind: LibraryKind.PUBLIC, province, active: true, altIds: [] },
    provinceName: "Huế",
  });
  const places: Branch[] = [];
  for (let n = 0; n < branches; n += 1) {
    // Ids of branches rise, as those that identity makes do: the first made is the first.
    const branch = { id: `0000000${n}${randomUUID().slice(8)}`, libraryId: id };
    await service.hears(BranchChanged, {
      ...{ ...branch, version: nextVersion(), name: `Điểm ${n + 1}`, province, commune },
      ...{ pickup: true, active: true, address: "" },
    });
    places.push(branch);
  }
  const [main] = places;
  if (!main) throw new Error("A library needs a branch");
  const desk = await service.as({ roles: [`librarian.desk@${id}`], account: `desk-${id}` });
  const manager = await service.as({ roles: [`librarian.manager@${id}`], account: `manager-${id}` });

  return {
    id,
    name,
    branches: places,
    main,
    desk,
    manager,
    async anItem(given: Partial<ItemChanged> & { of?: Title } = {}): Promise<Item> {
      const { of, ...fields } = given;
      const title = of ?? (await aTitle(world));
      const item: ItemChanged = {
        ...{ id: randomUUID(), version: nextVersion(), libraryId: id, recordId: title.recordId, titleId: title.id },
        ...{ barcode: `B${randomUUID().slice(0, 8)}`, callNumber: "895.922 NG527D", location: "Kho mở" },
        ...{ itemType: "book", forLoan: true, withdrawn: false, title: "Truyện Kiều", author: "Nguyễn Du" },
        ...fields,
      };
      await service.hears(ItemChanged, item);
      return { id: item.id, barcode: item.barcode, libraryId: id, title };
    },
    async aPatron({ category = "ADULT", loa = 2 }: { category?: Category; loa?: number } = {}): Promise<Patron> {
      const patron = { personId: randomUUID(), cardId: randomUUID(), cardNumber: `T${randomUUID()}`, category, loa };
      world.cards.set(patron.cardNumber, { ...patron, libraryId: id });
      await service.hears(CardChanged, {
        ...{ id: patron.cardId, version: nextVersion(), libraryId: id, personId: patron.personId, loa },
        ...{ category: PatronCategory[category], state: CardState.ACTIVE },
      });
      return patron;
    },
    checksOut: async (item: { barcode: string; id?: string }, patron: Patron, context?: CallContext) =>
      answered(await desk.checkOut({ cardNumber: patron.cardNumber, barcode: item.barcode, itemId: "" }, context)),
    checksIn: async (item: { barcode: string }, at: Branch = main, context?: CallContext) =>
      answered(await desk.checkIn({ barcode: item.barcode, itemId: "", branchId: at.id }, context)),
    receives: async (item: { barcode: string }, at?: Branch) =>
      answered(await desk.receiveTransit({ barcode: item.barcode, itemId: "", branchId: at?.id ?? "" })),
  };
}

/** What a reader does for themself. */
export async function reader(world: World, patron: Patron) {
  const own = await world.service.as({ personId: patron.personId, loa: patron.loa });
  return {
    own,
    holds: async (title: Title, pickup: Branch, context?: CallContext) =>
      answered(
        await own.placeHold({ titleId: title.id, recordId: title.recordId, pickupBranchId: pickup.id }, context),
      ),
    cancels: async (hold: { id: string }) => answered(await own.cancelHold({ holdId: hold.id })),
    renews: async (loan: { id: string }) => answered(await own.renew({ loanId: loan.id })),
    account: () => own.myAccount({}),
    async hold(id: string): Promise<Hold | undefined> {
      return (await own.myAccount({})).holds.find((hold) => hold.id === id);
    },
  };
}

/** The state of a hold, whoever's it is. */
export async function stateOf(world: World, holdId: string): Promise<string> {
  const [hold] = await world.rows<{ state: string }>(theService, sql`select state from hold where id = ${holdId}`);
  return hold?.state ?? "none";
}

/** Where an item is: state, and library when it is not at home. */
export async function whereIs(world: World, item: { id: string }): Promise<string> {
  const [row] = await world.rows<{ state: string; at: string | null }>(
    theService,
    sql`select state, at_library_id as at from item_state where item_id = ${item.id}`,
  );
  return row?.at ? `${row.state} ${row.at}` : (row?.state ?? "none");
}

/** An answer in a word: the refusal's reason, or that it was done. */
export function inWords(answer: object): string {
  if (isRefusal(answer)) return answer.refused.code.split("/")[1] ?? "";
  return "items" in answer ? "choose" : "done";
}

/** What was asked for, when the test is sure of it. */
export function given<Value extends object>(answer: Value): Exclude<Value, { refused: unknown }> {
  if (isRefusal(answer)) throw new Error(`Refused: ${answer.refused.code}`);
  return answer as Exclude<Value, { refused: unknown }>;
}
