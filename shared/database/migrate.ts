import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import pg from "pg";
import { connectionString, type DatabaseAddress } from "./address.ts";

const frame = join(dirname(fileURLToPath(import.meta.url)), "migrations");

/**
 * Brings a service's database to the newest shape: the frame's tables first, then the service's own.
 * Forward only; several replicas may start at once, one migrates while the others wait.
 * @param owner the role that owns the database
 * @param appRole the role the service works as; it gets rights on rows, never on tables
 * @param folder the service's folder of numbered SQL files
 */
export async function migrate(owner: DatabaseAddress, appRole: string, folder: string): Promise<void> {
  const client = new pg.Client({ connectionString: connectionString(owner) });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(hashtext('migrate'))");
    const role = pg.escapeIdentifier(appRole);
    await client.query(`
      grant usage on schema public to ${role};
      alter default privileges grant select, insert, update, delete on tables to ${role};
      alter default privileges grant usage, select on sequences to ${role}`);
    const options = { dbClient: client, direction: "up" as const, checkOrder: true, noLock: true, log: () => {} };
    await runner({ ...options, dir: frame, migrationsTable: "frame_migration" });
    await runner({ ...options, dir: folder, migrationsTable: "migration" });
  } finally {
    await client.end();
  }
}
