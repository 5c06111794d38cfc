import { existsSync } from "node:fs";
import { chmod, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { migrate } from "@lienthong/database/migrate.ts";
import { migrateJobs } from "@lienthong/jobs/worker.ts";
import { parts } from "@lienthong/testing/parts.ts";
import { databaseSecret, makeDatabases } from "../../deploy/parts/postgres-databases.ts";
import { secret } from "../../deploy/run/secrets.ts";
import { databaseUrl } from "../../deploy/service-environment.ts";
import { copyOf } from "./copy.ts";
import { freePorts } from "./free-ports.ts";
import { serviceNames } from "./service-process.ts";
import { partsOf } from "./world-parts.ts";

const copied = ["postgres", "secrets"] as const;

/**
 * Puts PostgreSQL's files, every database made and migrated, and the secrets of its roles into a world's folder. The first
 * world of a run makes them, which takes longer than many a small test; the others get a copy.
 */
export async function layGround(folder: string): Promise<void> {
  const template = parts.worldTemplate();
  if (template === undefined) return makeGround(folder);
  if (!existsSync(template)) {
    const unfinished = await mkdtemp(`${template}-`);
    // The parts run as another user.
    await chmod(unfinished, 0o755);
    await makeGround(unfinished);
    // Where two files of tests make it at once, one of them is enough.
    await rename(unfinished, template).catch(() => rm(unfinished, { recursive: true }));
  }
  for (const name of copied) await copyOf(join(template, name), join(folder, name));
}

async function makeGround(folder: string): Promise<void> {
  const ports = await freePorts(3);
  const { ground, postgres } = await partsOf(folder, ports, []);
  await postgres.start();
  try {
    const url = `postgres://postgres@127.0.0.1:${ports[0]}/postgres`;
    const { secrets, repository } = ground.places;
    await makeDatabases({ url, passwordFile: (await secret(secrets, "postgres")).file }, [...serviceNames], secrets);
    for (const name of serviceNames) {
      const password = (await secret(secrets, databaseSecret(`${name}_owner`))).value;
      const owner = { url: databaseUrl(url, name, `${name}_owner`), password };
      await migrate(owner, `${name}_app`, join(repository, "services", name, "migrations"));
      await migrateJobs(owner, `${name}_app`);
    }
  } finally {
    await postgres.stop();
  }
}
