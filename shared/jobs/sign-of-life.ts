import type { Database } from "@lienthong/database/database.ts";

export type SignOfLife = {
  /** Settles when everybody can see it. @throws what kept it from being shown */
  readonly seen: Promise<void>;
  /** Settles when it is not to be seen any more, for whatever reason. */
  readonly lost: Promise<void>;
  end(): void;
};

/**
 * Says that workers are alive by a lock that the database drops with the connection, that is, when the process dies.
 * The queue itself keeps the jobs of a killed worker locked for four hours.
 * @param id in whose name the workers lock their jobs
 */
export function showSignOfLife(database: Database, id: string): SignOfLife {
  const { promise: lost, resolve: end } = Promise.withResolvers<void>();
  async function hold(): Promise<void> {
    const client = await database.queue.connect();
    client.once("error", () => end());
    void lost.then(() => client.release(true));
    await client.query("select pg_advisory_lock(hashtext('worker'), hashtext($1))", [id]);
  }
  const seen = hold();
  seen.catch(() => end());
  return { seen, lost, end };
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
