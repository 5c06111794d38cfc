import type { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";

/** What every event begins with: the aggregate's id and its version after the change. */
export type EventState = { id: string; version: bigint };

/** A message of an `events.proto`, as generated: its full name is its subject, its owner and its type. */
export type EventType<Event extends EventState = EventState> = {
  readonly $type: string;
  encode(event: Event): BinaryWriter;
  decode(input: BinaryReader | Uint8Array): Event;
};

/**
 * The one spelling of an event: `lienthong.circulation.v1.LoanChanged` is published as `lt.circulation.loan.changed.v1`.
 * The last word of the name says what happened, the words before it are the aggregate.
 */
export function subjectOf(type: { readonly $type: string }): string {
  const match = /^lienthong\.([a-z_]+)\.(v\d+)\.([A-Z]\w*?)([A-Z][a-z]+)$/.exec(type.$type);
  if (!match) throw new Error(`${type.$type} is no event's name`);
  const [, service = "", release = "", aggregate = "", happened = ""] = match;
  const words = aggregate.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
  return `lt.${service.replaceAll("_", "-")}.${words}.${happened.toLowerCase()}.${release}`;
}

/** The service that owns an event, and alone may publish it. */
export const ownerOf = (type: { readonly $type: string }): string => subjectOf(type).split(".")[1] ?? "";

/** The stream of a service: all of its events, and nothing else. */
export const streamOf = (service: string): string => service.toUpperCase().replaceAll("-", "_");

/** The events among the exports of a generated `events.ts`. */
export function eventsOf(module: Record<string, unknown>): EventType<never>[] {
  return Object.values(module).filter(
    (value): value is EventType<never> =>
      typeof value === "object" && value !== null && "$type" in value && !String(value.$type).includes("_"),
  );
}

const shards = 16;
export const allShards = Array.from({ length: shards }, (_, shard) => shard);

/** FNV-1a of the aggregate's id: events of one aggregate go through one relay, in order. */
export function shardOf(aggregate: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(aggregate)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % shards;
}
