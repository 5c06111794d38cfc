import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connectionString, type DatabaseAddress } from "@lienthong/database/address.ts";
import { migrate } from "@lienthong/database/migrate.ts";
import { migrateJobs } from "@lienthong/jobs/worker.ts";
import pg from "pg";
import { parts } from "./parts.ts";

export type TestDatabase = {
  app: DatabaseAddress;
  owner: DatabaseAddress;
  /** Sees every row and changes none, as `lienthong invariants` does. */
  reader: DatabaseAddress;
  drop(): Promise<void>;
};

const password = "for-tests-on-loopback";

/**
 * A fresh database of a service, copied from a template that was migrated once.
 * @param folder the service's folder, or undefined for the frame's tables alone
 */
export async function testDatabase(service: string, folder: string): Promise<TestDatabase> {
  const admin = new pg.Client({ connectionString: connectionString(parts.postgres()) });
  await admin.connect();
  const name = `test_${service.replaceAll("-", "_")}_${randomBytes(5).toString("hex")}`;
  try {
    const template = await templateOf(admin, service, folder);
    await admin.query(`create database ${name} template ${template} owner test_owner`);
  } finally {
    await admin.end();
  }
  return {
    app: { url: addressOf("test_app", name), password },
    owner: { url: addressOf("test_owner", name), password },
    reader: { url: addressOf("test_reader", name), password },
    async drop() {
      const dropper = new pg.Client({ connectionString: connectionString(parts.postgres()) });
      await dropper.connect();
      await dropper.query(`drop database ${name} with (force)`);
      await dropper.end();
    },
  };
}

function addressOf(role: string, database: string): string {
  const url = new URL(parts.postgres().url);
  url.username = role;
  url.pathname = `/${database}`;
  return url.toString();
}

/** The template's name holds the hash of all migrations and of who runs them: a change of either makes a new one. */
async function templateOf(admin: pg.Client, service: string, folder: string): Promise<string> {
  const frame = join(import.meta.dirname, "../database/migrations");
  const hash = createHash("sha256").update(readFileSync(join(import.meta.dirname, "../database/migrate.ts")));
  for (const at of [frame, join(folder, "migrations")]) {
    for (const file of readdirSync(at).sort()) hash.update(file).update(readFileSync(join(at, file)));
  }
  const name = `test_template_${service.replaceAll("-", "_")}_${hash.digest("hex").slice(0, 12)}`;
  // Test files run side by side: one makes the roles and the template, the others wait for it.
  await admin.query("select pg_advisory_lock(hashtext('test-template'))");
  for (const [role, rights] of [
    ["test_owner", ""],
    ["test_app", ""],
    ["test_reader", "bypassrls"],
  ] as const) {
    await admin.query(
      `do $$ begin create role ${role} login ${rights} password '${password}'; exception when duplicate_object then null; end $$`,
    );
  }
  const { rowCount } = await admin.query("select from pg_database where datname = $1", [name]);
  if (!rowCount) {
    const making = `${name}_making`;
    await admin.query(`drop database if exists ${making} with (force)`);
    await admin.query(`create database ${making} owner test_owner`);
    const owner = { url: addressOf("test_owner", making), password };
    await migrate(owner, "test_app", join(folder, "migrations"), "test_reader");
    await migrateJobs(owner, "test_app");
    await admin.query(`alter database ${making} rename to ${name}`);
  }
  await admin.query("select pg_advisory_unlock(hashtext('test-template'))");
  return name;
}
