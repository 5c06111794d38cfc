import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { exists } from "../fetch/part-folder.ts";
import { fetchPostgres } from "../fetch/postgres.ts";
import { privateFolder } from "../run/account.ts";
import { assertAnswers } from "../run/elsewhere.ts";
import type { Ground } from "../run/platform.ts";
import { assertFree } from "../run/port.ts";
import { untilReady } from "../run/process.ts";
import { secret } from "../run/secrets.ts";
import { runTool } from "../run/tool.ts";

/** Where PostgreSQL answers its superuser: an address without a password, and the file that holds it. */
export type Postgres = { url: string; passwordFile: string };

/** Starts PostgreSQL, or takes the one that runs elsewhere. */
export async function startPostgres(platform: Ground): Promise<Postgres> {
  const { postgres: url, postgresPasswordFile: passwordFile } = platform.settings.elsewhere;
  if (url && passwordFile) {
    await assertAnswers("PostgreSQL", "POSTGRES_URL", url);
    return { url, passwordFile };
  }
  const port = platform.settings.ports.POSTGRES_PORT;
  await assertFree(port, "PostgreSQL", "POSTGRES_PORT");
  const programs = await fetchPostgres(platform.places);
  const folder = await privateFolder(join(platform.places.kept, "postgres"), platform.account);
  const password = await secret(platform.places.secrets, "postgres");
  const cluster = await makeCluster(platform, programs, folder, password.value);

  const options = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    shared_preload_libraries: "pg_stat_statements",
    wal_level: "logical",
    max_connections: 200,
    // As delivered it keeps 128 MiB of pages and writes whole pages anew every gigabyte of changes: an import of a million
    // records then waits for the disk. Memory is taken only as pages are used.
    shared_buffers: "512MB",
    max_wal_size: "4GB",
    wal_compression: "on",
    // Queues are filled and emptied all the time; a minute's dead rows make each look at them slow.
    autovacuum_naptime: "5s",
    // Disks without heads: looking up a row costs no more than reading on. As delivered whole tables are read for a tenth of
    // their rows.
    random_page_cost: 1.1,
    // Compiling a statement costs more than any of ours takes.
    jit: "off",
  };
  const running = await platform.launch({
    name: "PostgreSQL",
    program: join(programs, "postgres"),
    args: ["-D", cluster, ...Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    env: { LC_ALL: "C.UTF-8", TZ: "UTC" },
    log: join(platform.places.logs, "postgres.log"),
    account: platform.account,
    // SIGINT is PostgreSQL's fast stop: sessions are ended, everything is written. SIGTERM would wait for every client.
    stopSignal: "SIGINT",
    stopSecondsMax: 30,
  });
  await untilReady(running, 60, () => selectsOne(port, password.value));
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, passwordFile: password.file };
}

/** Made under another name and renamed, so that a kill in the middle of initdb leaves nothing half made behind. */
async function makeCluster(platform: Ground, programs: string, folder: string, password: string): Promise<string> {
  const cluster = join(folder, "main");
  if (await exists(cluster)) return cluster;
  const unfinished = await privateFolder(join(folder, "unfinished"), platform.account);
  const passwordFile = join(unfinished, "password");
  const log = join(platform.places.logs, "postgres.log");
  await rm(unfinished, { recursive: true });
  await privateFolder(unfinished, platform.account);
  await writeFile(passwordFile, password, { mode: 0o644 });
  const made = join(unfinished, "main");
  const args = ["-D", made, "-U", "postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`, "-E", "UTF8"];
  const locale = ["--locale-provider=icu", "--icu-locale=vi-VN", "--locale=C.UTF-8"];
  await runTool(join(programs, "initdb"), [...args, ...locale, "--no-sync"], {
    part: "PostgreSQL",
    log,
    cwd: folder,
    account: platform.account,
  });
  await rename(made, cluster);
  await rm(unfinished, { recursive: true });
  return cluster;
}

async function selectsOne(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", password, database: "postgres" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } finally {
    await client.end();
  }
}
