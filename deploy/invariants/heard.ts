import { streamOf } from "@lienthong/bus/event.ts";
import { absent } from "@lienthong/bus/stream.ts";
import { heardBy } from "../services.ts";
import type { Evidence } from "./evidence.ts";

/** That one service hears what another tells. */
export type Hearing = { owner: string; hearer: string };

/** Who hears whom among the services whose databases are known. */
export async function hearings(evidence: Evidence): Promise<Hearing[]> {
  const found: Hearing[] = [];
  for (const hearer of evidence.services)
    for (const owner of await heardBy(hearer)) if (evidence.services.includes(owner)) found.push({ owner, hearer });
  return found;
}

// What the relay publishes in one batch has one time in the archive and others on the bus, seconds apart at most.
const batchMs = 30_000;

/**
 * Until when the hearer must have applied what the owner published: the bound ago, or, while it is catching up, as far as
 * it has come.
 */
export async function heardUntil(evidence: Evidence, { owner, hearer }: Hearing): Promise<Date> {
  const bus = await evidence.bus();
  const due = new Date(Date.now() - evidence.boundMs);
  const stream = streamOf(owner);
  const reached = await bus.manage.consumers.info(stream, hearer).catch(absent);
  if (!reached || reached.num_pending + reached.num_ack_pending === 0) return due;
  const last = await bus.manage.streams.getMessage(stream, { seq: reached.ack_floor.stream_seq }).catch(absent);
  const floor = last ? last.time.getTime() - batchMs : 0;
  return new Date(Math.min(due.getTime(), floor));
}

/** How long the bus keeps what was published, with a day to spare: what is older was heard or was never to be. */
export const keptOnBusDays = 13;
