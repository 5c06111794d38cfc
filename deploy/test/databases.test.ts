import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
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
    for (const role of ["identity_owner", "identity_app", "lienthong_reader"])
      await assert.rejects(as(role, "catalogue"), /permission denied for database "catalogue"/);
  });

  test("no role of a service can step past row-level security", async () => {
    const app = await as("catalogue_app", "catalogue");
    const { rows } = await app.query(
      "select rolname from pg_roles where (rolsuper or rolbypassrls) and rolname like any ($1)",
      [["%\\_owner", "%\\_app", "keycloak", "lienthong\\_reader"]],
    );
    assert.deepEqual(rows, []);
    await app.end();
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
