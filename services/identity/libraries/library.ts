import { announce } from "@lienthong/bus/announce.ts";
import { retelling } from "@lienthong/bus/republish.ts";
import { all, one, sql, type Sql, type Transaction } from "@lienthong/database/transaction.ts";
import { LibraryChanged } from "@lienthong/proto/identity/v1/events.ts";
import { type AltId, type Library, LibraryKind, LibraryLevel } from "@lienthong/proto/identity/v1/library.ts";
import { type BranchRow, shownBranch } from "./branch.ts";
import { provinceOn } from "./provinces.ts";

/** A library with what was true of it on a day. */
export type LibraryRow = {
  id: string;
  version: bigint;
  day: string;
  facts: Record<string, string>;
  altIds: AltId[];
  branches: BranchRow[];
};

/** Libraries as of a day, in the order of their codes; `which` bounds their number. */
export const librariesOn = (tx: Transaction, day: string, which: Sql): Promise<LibraryRow[]> =>
  all<LibraryRow>(
    tx,
    sql`
    select library.id, library.version, ${day} as day,
      coalesce((select jsonb_object_agg(attribute, value) from library_fact
                where library_id = library.id and voided_at is null and valid @> ${day}::date), '{}') as facts,
      coalesce((select jsonb_agg(jsonb_build_object('scheme', scheme, 'value', value) order by scheme, value)
                from library_alt_id where library_id = library.id and valid @> ${day}::date), '[]') as "altIds",
      coalesce((select jsonb_agg(jsonb_build_object(
                  'id', id, 'libraryId', library_id, 'name', name, 'province', province, 'commune', commune,
                  'address', address, 'pickup', pickup,
                  'servicePoints', (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name, 'kind', kind)
                                           order by id), '[]') from service_point where branch_id = branch.id)) order by id)
                from branch where library_id = library.id and active), '[]') as branches
    from library where ${which}`,
  );

/** The civil date of Vietnam, YYYY-MM-DD, by the database's clock. */
export async function civilToday(tx: Transaction): Promise<string> {
  const { today } = await one<{ today: string }>(tx, sql`select civil_today() as today`);
  return today;
}

/** What a library is today, for who asks. */
export async function libraryToday(tx: Transaction, id: string): Promise<Library> {
  const [row] = await librariesOn(tx, await civilToday(tx), sql`id = ${id}`);
  if (!row) throw new Error(`Library ${id} was there a moment ago`);
  return shownLibrary(row);
}

/** Announces what a library is today, with the version that its row has now. */
export async function announceLibrary(tx: Transaction, id: string): Promise<void> {
  const [row] = await librariesOn(tx, await civilToday(tx), sql`id = ${id}`);
  if (!row) throw new Error(`Library ${id} was there a moment ago`);
  announce(tx, LibraryChanged, told(row));
}

export const tellLibraries = retelling(LibraryChanged, async (tx, { libraryId }, after, limit) => {
  const which = libraryId === undefined ? sql`id > ${after}` : sql`id > ${after} and id = ${libraryId}`;
  const rows = await librariesOn(tx, await civilToday(tx), sql`${which} order by id limit ${limit}`);
  return rows.map(told);
});

export function shownLibrary(row: LibraryRow): Library {
  const { id, facts, altIds, branches, day } = row;
  return {
    id,
    name: facts.name ?? "",
    kind: LibraryKind[facts.kind as keyof typeof LibraryKind] ?? LibraryKind.UNSPECIFIED,
    level: LibraryLevel[facts.level as keyof typeof LibraryLevel] ?? LibraryLevel.UNSPECIFIED,
    province: facts.province ?? "",
    provinceName: provinceOn(facts.province ?? "", day)?.name ?? "",
    active: facts.active === "true",
    altIds,
    branches: branches.map(shownBranch),
  };
}

function told(row: LibraryRow): LibraryChanged {
  const { id, name, kind, province, provinceName, active, altIds } = shownLibrary(row);
  return { id, version: row.version, name, kind, province, provinceName, active, altIds };
}
