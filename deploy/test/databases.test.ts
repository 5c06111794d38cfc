import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { migrate, readerRole } from "@lienthong/database/migrate.ts";
import pg from "pg";
import { startPostgres, type Postgres } from "../parts/postgres.ts";
import { makeDatabases } from "../parts/postgres-databases.ts";
import { openPlatform, type Platform } from "../run/platform.ts";
import { secret } from "../run/secrets.ts";

describe("the databases of the services, on a real server", () => {
  let folder: string;
  let platform: Platform;
  let postgres: Postgres;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lienthong-databases-"));
    process.env.LIENTHONG_DATA = join(folder, "kept");
    process.env.POSTGRES_PORT = String(await freePort());
    await chmod(folder, 0o755);
    platform = { ...(await openPlatform()), say: () => undefined };
    postgres = await startPostgres(platform);
    for (const _ of ["made", "and made again"])
      await makeDatabases(postgres, ["identity", "catalogue"], platform.places.secrets);
  });
  after(async () => {
    await platform?.stopAll();
    await rm(folder, { recursive: true, force: true });
  });

  async function as(role: string, database: string): Promise<pg.Client> {
    const { value } = await secret(platform.places.secrets, `database-${role.replaceAll("_", "-")}`);
    const url = new URL(postgres.url);
    const client = new pg.Client({ host: url.hostname, port: Number(url.port), user: role, password: value, database });
    await client.connect();
    return client;
  }

  test("the owner of a database may make tables in it, the role that works in it only temporary ones", async () => {
    const owner = await as("identity_owner", "identity");
    await owner.query("create table library (id text primary key)");
    await owner.end();
    const app = await as("identity_app", "identity");
    await assert.rejects(app.query("create table other (id text)"), /permission denied for schema public/);
    await app.query("create temporary table on_bus (id text)");
    await app.end();
  });

  test("no role of a service knows another service's database", async () => {
    for (const role of ["identity_owner", "identity_app"])
      await assert.rejects(as(role, "catalogue"), /permission denied for database "catalogue"/);
  });

  test("no role of a service can step past row-level security", async () => {
    const app = await as("catalogue_app", "catalogue");
    const { rows } = await app.query(
      "select rolname from pg_roles where (rolsuper or rolbypassrls) and rolname like any ($1)",
      [["%\\_owner", "%\\_app", "keycloak", "lienthong\\_reader"]],
    );
    assert.deepEqual(rows, [{ rolname: readerRole }]);
    await app.end();
  });

  test("the reader sees every row of a service, of tables old and new, and can change nothing", async () => {
    const owner = await as("catalogue_owner", "catalogue");
    // As in a database that was made before there was a reader: its tables are not the reader's yet.
    await owner.query("create table older_than_the_reader (library_id text)");
    const { value: password } = await secret(platform.places.secrets, "database-catalogue-owner");
    const url = postgres.url.replace("//postgres@", "//catalogue_owner@").replace(/\/postgres$/, "/catalogue");
    const migrations = join(import.meta.dirname, "../../services/catalogue/migrations");
    for (const _ of ["migrated", "and migrated again"]) await migrate({ url, password }, "catalogue_app", migrations);
    await owner.query("create table newer_than_the_reader (library_id text); create schema later");
    await owner.query("create table later.newer_still (library_id text)");
    // Only the service itself may see this row.
    await owner.query(`begin; select begin_as('service', 'catalogue', null, null);
      insert into title_to_mark (title_id) values ('VN-1'); commit`);
    assert.equal((await owner.query("select from title_to_mark")).rowCount, 0);

    const reader = await as(readerRole, "catalogue");
    const { rows: tables } = await reader.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class
       where relkind in ('r', 'p') and relnamespace::regnamespace::text !~ '^pg_|^information_schema$'`,
    );
    const names = tables.map(({ name }) => name);
    for (const name of ["older_than_the_reader", "newer_than_the_reader", "later.newer_still", "item", "outbox"])
      assert(names.includes(name), name);
    for (const name of names) {
      await reader.query(`select * from ${name}`);
      for (const change of [`insert into ${name} default values`, `delete from ${name}`, `truncate ${name}`])
        await assert.rejects(reader.query(change), /permission denied/, change);
    }
    assert.equal((await reader.query("select from title_to_mark")).rowCount, 1);
    for (const change of [
      "update title_to_mark set title_id = 'VN-2'",
      "create table mine (id text)",
      "create temporary table mine (id text)",
      "select turn_outbox_archive()",
      "set role catalogue_app",
    ])
      await assert.rejects(reader.query(change), /permission denied/, change);
    await reader.end();
    const app = await as("catalogue_app", "catalogue");
    await app.query("select turn_outbox_archive()");
    await app.end();
    await owner.query("drop table older_than_the_reader, newer_than_the_reader; drop schema later cascade");
    await owner.end();
  });

  test("the server sorts as Vietnamese does", async () => {
    const app = await as("catalogue_app", "catalogue");
    const { rows } = await app.query<{ word: string }>("select word from unnest($1::text[]) as word order by word", [
      ["đen", "dê", "ân", "an", "ăn", "đá", "da"],
    ]);
    assert.deepEqual(
      rows.map(({ word }) => word),
      ["an", "ăn", "ân", "da", "dê", "đá", "đen"],
    );
    await app.end();
  });

  test("a password is in no log", async () => {
    const { value } = await secret(platform.places.secrets, "database-identity-app");
    assert(!(await readFile(join(platform.places.logs, "postgres.log"), "utf8")).includes(value));
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
