import { frameTables } from "../../deploy/invariants/frame-tables.ts";
import { databaseSecret } from "../../deploy/parts/postgres-databases.ts";
import { secret } from "../../deploy/run/secrets.ts";
import { databaseUrl } from "../../deploy/service-environment.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { until } from "@lienthong/testing/until.ts";
import pg from "pg";
import type { ServiceName } from "../faults/service-process.ts";
import { aLibrary, newRequest, type Stage, sure } from "../faults/stage.ts";
import type { FaultWorld } from "../faults/world.ts";

/** A library that no row names: whatever its staff can reach is open to every library. */
const stranger = "VN-ZZZZZZZ";

// What everybody reads by design: registries, the union catalogue, what is shown of availability, opening days.
const publicTables: Readonly<Partial<Record<ServiceName, readonly string[]>>> = {
  identity: ["branch", "library", "library_alt_id", "library_fact", "service_point"],
  catalogue: ["item", "item_state", "library", "record", "title", "title_words"],
  circulation: ["branch", "closed_day", "closed_weekday", "library", "record", "title"],
};
// Held for whoever makes accounts: that a username is taken must be seen by all of them, and it names no library.
const ofNobody = ["account_reservation"];

type Table = { name: string; columns: string[] };

/**
 * With the rights of a service's own role and the actor of a library's staff, tries to read, change, delete and add rows
 * that do not name that library, in every table of the service's rooms.
 * @returns what could be reached, and the tables that hold no row to be tried on
 */
export async function reachedByAnother(world: FaultWorld, service: ServiceName) {
  const { value: password } = await secret(world.where.secrets, databaseSecret(`${service}_app`));
  const url = new URL(databaseUrl(world.where.postgresUrl, service, `${service}_app`));
  url.password = encodeURIComponent(password);
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const reached: string[] = [];
  try {
    const tables = await roomTables(world, service);
    for (const { name, columns } of tables.filter((table) => !ofNobody.includes(table.name))) {
      const tries = {
        read: `select from "${name}"`,
        change: `update "${name}" set ${columns[0]} = ${columns[0]}`,
        delete: `delete from "${name}"`,
        add: `insert into "${name}" (${columns.join(", ")}) select ${columns.join(", ")} from jsonb_populate_record(null::public."${name}", '{}')`,
      };
      for (const [what, statement] of Object.entries(tries)) {
        if (what === "read" && publicTables[service]?.includes(name)) continue;
        if (await reaches(client, statement)) reached.push(`${service}: ${what} ${name}`);
      }
    }
    const empty = [];
    for (const { name } of tables)
      if ((await world.rows(service, `select from "${name}" limit 1`)).length === 0) empty.push(name);
    return { tables: tables.map(({ name }) => name), reached, empty };
  } finally {
    await client.end();
  }
}

/** Tables of rooms with the columns that a statement may name. */
const roomTables = (world: FaultWorld, service: ServiceName) =>
  world.rows<Table>(
    service,
    `select relname as name, array_agg(quote_ident(attname) order by attnum) as columns
     from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
       and attgenerated = '' and attidentity = ''
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
       and relname <> all($1) group by relname order by relname`,
    [frameTables],
  );

/** Lets the stage's last reader wait for a copy at a branch of another library, and the desk send it there. */
export async function sendToAnotherLibrary(world: FaultWorld, stage: Stage): Promise<void> {
  const elsewhere = await aLibrary(world);
  const { personId = "" } = stage.cards.at(-1) ?? {};
  const reader = await world.as({ personId, loa: 2 });
  const asked = { titleId: stage.titleId, recordId: "", pickupBranchId: elsewhere.branchId };
  // Circulation has yet to hear of the branch.
  await until(
    () => reader.circulation.placeHold(asked, newRequest()).then(answered),
    (placed) => !isRefusal(placed),
  );
  const [copy] = await until(
    () =>
      world.rows<{ barcode: string }>("circulation", "select barcode from item join hold on hold.item_id = item.id"),
    ({ length }) => length > 0,
  );
  const { circulation } = await world.as(stage.staff, stage.libraryId);
  const scanned = { itemId: "", branchId: stage.branchId, barcode: copy?.barcode ?? "" };
  sure(answered(await circulation.checkIn(scanned, newRequest())));
}

/**
 * Whether a statement touches a row. Row-level security is asked before any constraint: whatever else refuses the
 * statement was reached past it.
 */
async function reaches(client: pg.Client, statement: string): Promise<boolean> {
  await client.query("begin");
  try {
    await client.query("select begin_as('staff', 'somebody', $1, null)", [stranger]);
    const { rowCount } = await client.query(statement);
    return (rowCount ?? 0) > 0;
  } catch (error) {
    return !/row-level security/.test((error as Error).message);
  } finally {
    await client.query("rollback");
  }
}
