import { projection } from "@lienthong/bus/consumer.ts";
import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { LibraryChanged } from "@lienthong/proto/identity/v1/events.ts";
import { setStartPolicies } from "../policies/start-values.ts";

/** Circulation's own copy of a library. One that is heard of for the first time gets the rules that libraries start with. */
export const onLibraryChanged = projection(LibraryChanged, async (tx, libraries) => {
  for (const library of libraries) await keepLibrary(tx, library);
});

async function keepLibrary(tx: Transaction, library: LibraryChanged): Promise<void> {
  await run(
    tx,
    sql`
    insert into library (id, version, name, province, active)
    values (${library.id}, ${library.version}, ${library.name}, ${library.province}, ${library.active})
    on conflict (id) do update
      set version = excluded.version, name = excluded.name, province = excluded.province, active = excluded.active
      where library.version <= excluded.version`,
  );
  await setStartPolicies(tx, library.id);
}
