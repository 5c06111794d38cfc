import { readFile } from "node:fs/promises";
import { readerRole } from "@lienthong/database/migrate.ts";
import pg from "pg";
import { secret } from "../run/secrets.ts";
import type { Postgres } from "./postgres.ts";

/**
 * Makes what is missing: for each service a database with a role that owns it (migrations) and a role that works in it
 * (the service; row-level security binds it), Keycloak's own, and one role that reads all of the services' rows and
 * changes none. Doing it again changes nothing but the passwords, which follow the secrets.
 */
export async function makeDatabases(postgres: Postgres, services: string[], secrets: string): Promise<void> {
  const address = new URL(postgres.url);
  address.password = encodeURIComponent((await readFile(postgres.passwordFile, "utf8")).trim());
  const client = new pg.Client({ connectionString: address.href });
  await client.connect();
  try {
    await makeRole(client, readerRole, secrets, "bypassrls");
    for (const service of services) {
      await makeRole(client, `${service}_owner`, secrets);
      await makeRole(client, `${service}_app`, secrets);
      await makeDatabase(client, service, `${service}_owner`);
      // The comparison of bus and archive lays ids side by side in a temporary table.
      await client.query(`grant connect, temporary on database ${quoted(service)} to ${quoted(`${service}_app`)}`);
      // What it may read there, the owner says as it migrates.
      await client.query(`grant connect on database ${quoted(service)} to ${quoted(readerRole)}`);
    }
    await makeRole(client, "keycloak", secrets);
    await makeDatabase(client, "keycloak", "keycloak");
  } finally {
    await client.end();
  }
}

/** The secret that holds a role's password. */
export function databaseSecret(role: string): string {
  return `database-${role.replaceAll("_", "-")}`;
}

async function makeRole(client: pg.Client, role: string, secrets: string, sees = "nobypassrls"): Promise<void> {
  const { value } = await secret(secrets, databaseSecret(role));
  const found = await client.query("select from pg_roles where rolname = $1", [role]);
  const verb = found.rowCount === 0 ? "create" : "alter";
  const rights = `login nosuperuser nocreatedb nocreaterole ${sees}`;
  await client.query(`${verb} role ${quoted(role)} ${rights} password ${pg.escapeLiteral(value)}`);
}

async function makeDatabase(client: pg.Client, database: string, owner: string): Promise<void> {
  const found = await client.query("select from pg_database where datname = $1", [database]);
  if (found.rowCount === 0) await client.query(`create database ${quoted(database)} owner ${quoted(owner)}`);
  // By default everybody may connect to every database; here each role knows only its own.
  await client.query(`revoke all on database ${quoted(database)} from public`);
}

const quoted = pg.escapeIdentifier;
