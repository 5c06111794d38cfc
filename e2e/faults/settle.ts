import { connectBus } from "@lienthong/bus/connection.ts";
import { streamOf } from "@lienthong/bus/event.ts";
import { until } from "@lienthong/testing/until.ts";
import { secret } from "../../deploy/run/secrets.ts";
import type { FaultWorld } from "./world.ts";

const owners = ["identity", "catalogue", "circulation"] as const;
const heardBy = [
  ["catalogue", "identity"],
  ["catalogue", "circulation"],
  ["circulation", "identity"],
  ["circulation", "catalogue"],
] as const;

// The jobs of a worker that was killed are freed within a minute, and then still have to be done.
const settledMsMax = 120_000;

/** Waits until nothing is under way any more: no event unpublished or unheard, no job to do, no title to index. */
export async function settled(world: FaultWorld, withinMs = settledMsMax): Promise<void> {
  const password = (await secret(world.where.secrets, "nats-admin")).value;
  const bus = await connectBus({ url: world.where.natsUrl, user: "admin", password });
  try {
    await until(
      async () => ({ ...(await inDatabases(world)), ...(await unheard(bus.manage)) }),
      (waiting) => Object.values(waiting).every((count) => count === 0),
      withinMs,
    );
  } finally {
    await bus.connection.close();
  }
}

async function inDatabases(world: FaultWorld): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const owner of owners) {
    const toIndex = owner === "catalogue" ? "(select count(*) from title_to_index)" : "0";
    const [row] = await world.rows<{ waiting: number }>(
      owner,
      // What the clock queued and what failed is not tried again: the clock queues it anew.
      `select ((select count(*) from outbox) + ${toIndex} +
        (select count(*) from graphile_worker._private_jobs where run_at <= now() + interval '1 minute'
          and (locked_at is not null or attempts < max_attempts)))::int as waiting`,
    );
    counts[`in ${owner}'s database`] = row?.waiting ?? 0;
  }
  return counts;
}

async function unheard(manage: Awaited<ReturnType<typeof connectBus>>["manage"]): Promise<Record<string, number>> {
  const counts = heardBy.map(async ([who, owner]) => {
    // A stream or consumer that is not there yet is being made again.
    const state = await manage.consumers.info(streamOf(owner), who).catch(() => undefined);
    return [`${owner}'s events for ${who}`, state ? state.num_pending + state.num_ack_pending : -1] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}
