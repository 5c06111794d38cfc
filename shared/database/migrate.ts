import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import pg from "pg";
import { connectionString, type DatabaseAddress } from "./address.ts";

/** Reads every row of every service's database and changes nothing: for `lienthong invariants` and for backups. */
export const readerRole = "lienthong_reader";

const frame = join(dirname(fileURLToPath(import.meta.url)), "migrations");

/**
 * Brings a service's database to the newest shape: the frame's tables first, then the service's own.
 * Forward only; several replicas may start at once, one migrates while the others wait.
 * @param owner the role that owns the database
 * @param appRole the role the service works as; it gets rights on rows, never on tables
 * @param folder the service's folder of numbered SQL files
 * @param reader the role that reads everything; where the server has none of that name, nobody gets its rights
 */
export async function migrate(
  owner: DatabaseAddress,
  appRole: string,
  folder: string,
  reader = readerRole,
): Promise<void> {
  const client = new pg.Client({ connectionString: connectionString(owner) });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(hashtext('migrate'))");
    const role = pg.escapeIdentifier(appRole);
    await client.query(`
      grant usage on schema public to ${role};
      alter default privileges grant select, insert, update, delete on tables to ${role};
      alter default privileges grant usage, select on sequences to ${role}`);
    await letRead(client, reader);
    const options = { dbClient: client, direction: "up" as const, checkOrder: true, noLock: true, log: () => {} };
    await runner({ ...options, dir: frame, migrationsTable: "frame_migration" });
    await runner({ ...options, dir: folder, migrationsTable: "migration" });
    await keepForTheService(client, role);
  } finally {
    await client.end();
  }
}

/** Gives the reader what is there and what will be: tables that came before it was known, and those still to be made. */
async function letRead(client: pg.Client, reader: string): Promise<void> {
  const { rowCount } = await client.query("select from pg_roles where rolname = $1", [reader]);
  if (rowCount === 0) return;
  const role = pg.escapeIdentifier(reader);
  await client.query(`
    alter default privileges grant select on tables to ${role};
    alter default privileges grant usage on schemas to ${role}`);
  // Only what is lacking: a grant writes to the catalog each time, also where it changes nothing.
  await runEach(
    client,
    `select format('grant usage on schema %I to ${role}', nspname) as statement from pg_namespace
     where nspname !~ '^pg_|^information_schema$' and not has_schema_privilege($1, oid, 'usage')
     union all
     select format('grant select on %s to ${role}', oid::regclass) from pg_class
     where relkind in ('r', 'p', 'v', 'm') and relnamespace::regnamespace::text !~ '^pg_|^information_schema$'
       and not has_table_privilege($1, oid, 'select')`,
    [reader],
  );
}

/** What runs with the owner's rights is for the service alone: PostgreSQL lets everybody call a new function. */
async function keepForTheService(client: pg.Client, role: string): Promise<void> {
  await runEach(
    client,
    `select format('revoke execute on function %1$s from public; grant execute on function %1$s to ${role}', oid::regprocedure)
       as statement
     from pg_proc where prosecdef and proowner = current_user::regrole
       and (proacl is null or exists (select from aclexplode(proacl) where grantee = 0))`,
    [],
  );
}

async function runEach(client: pg.Client, listing: string, values: string[]): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(listing, values);
  for (const { statement } of rows) await client.query(statement);
}
