import { projection } from "@lienthong/bus/consumer.ts";
import { optional, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { enqueue } from "@lienthong/jobs/job.ts";
import { LibraryChanged } from "@lienthong/proto/identity/v1/events.ts";
import { markLibrary } from "./mark-library.ts";

/** Catalogue's own copy of what it shows of a library. An older or repeated event changes nothing. */
export const onLibraryChanged = projection(LibraryChanged, async (tx, libraries) => {
  for (const library of libraries) await keepLibrary(tx, library);
});

async function keepLibrary(tx: Transaction, library: LibraryChanged): Promise<void> {
  const heard = await optional<{ moved: boolean }>(
    tx,
    sql`
    insert into library (id, version, name, province, province_name, active)
    values (${library.id}, ${library.version}, ${library.name}, ${library.province}, ${library.provinceName},
            ${library.active})
    on conflict (id) do update set version = excluded.version, name = excluded.name, province = excluded.province,
        province_name = excluded.province_name, active = excluded.active
      where library.version <= excluded.version
    returning (old.province, old.name) is distinct from (province, name) as moved`,
  );
  // Names and provinces stand in the documents of all titles that the library holds.
  if (heard?.moved) await enqueue(tx, markLibrary, { libraryId: library.id, after: "" }, `mark-library:${library.id}`);
}
