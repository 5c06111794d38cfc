/** An event as the outbox keeps it, until the relay takes it to the bus. */
export type Announced = {
  shard: number;
  subject: string;
  aggregate: string;
  version: bigint;
  headers: Record<string, string>;
  payload: Uint8Array;
  republished: boolean;
};
