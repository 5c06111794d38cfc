import type { Database } from "@lienthong/database/database.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import type pg from "pg";

export type SignOfLife = { end(): void };

const againAfterMs = 1_000;

/**
 * Says that workers are alive by a lock that the database drops with the connection, that is, when the process dies.
 * The queue itself keeps the jobs of a killed worker locked for four hours.
 */
export async function showSignOfLife(database: Database, workerIds: readonly string[], log: Log): Promise<SignOfLife> {
  let client: pg.PoolClient | undefined;
  let ended = false;
  async function hold(): Promise<void> {
    client = await database.frame.connect();
    client.once("error", (error) => {
      client?.release(error);
      client = undefined;
      // While it is away another replica may take the jobs over; they are idempotent.
      if (!ended)
        setTimeout(() => void hold().catch((cause) => log.warn({ err: cause }, "no sign of life")), againAfterMs);
    });
    for (const id of workerIds) await client.query("select pg_advisory_lock(hashtext('worker'), hashtext($1))", [id]);
  }
  await hold();
  return {
    end() {
      ended = true;
      client?.release(true);
    },
  };
}

/** Frees the jobs of workers that show no sign of life. @returns how many workers were found dead */
export async function buryTheDead(database: Database): Promise<number> {
  const { rows } = await database.frame.query<{ dead: string[] }>(`
    with dead as (
      select distinct locked_by as id from graphile_worker._private_jobs
      where locked_by is not null and not exists (
        select from pg_locks
        where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
          and classid::bigint = (hashtext('worker')::bigint & 4294967295)
          and objid::bigint = (hashtext(locked_by)::bigint & 4294967295))),
    freed as (select graphile_worker.force_unlock_workers(array_agg(id)) from dead having count(*) > 0)
    select array(select id from dead) as dead from (select count(*) from freed) done`);
  return rows[0]?.dead.length ?? 0;
}
