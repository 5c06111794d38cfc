import { jetstream, type JetStreamClient, jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";

export type Bus = {
  readonly connection: NatsConnection;
  readonly publish: JetStreamClient;
  readonly manage: JetStreamManager;
  /** The service this connection belongs to; NATS lets it publish on its own subjects only. */
  readonly service: string;
};

/** Connects as a service. The connection comes back by itself after an interruption, however long. */
export async function connectBus(address: { url: string; user: string; password: string }): Promise<Bus> {
  const connection = await connect({
    servers: address.url,
    user: address.user,
    pass: address.password,
    name: address.user,
    inboxPrefix: `_INBOX_${address.user}`,
    // A hint is for the other replicas: heard by who gave it, it would be given again at once.
    noEcho: true,
    // A server that has vanished without a word is noticed after the second ping that it does not answer.
    pingInterval: 5_000,
    maxPingOut: 2,
    timeout: 5_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    reconnectJitter: 500,
    waitOnFirstConnect: true,
  });
  return {
    connection,
    publish: jetstream(connection, { timeout: 5_000 }),
    // Whether JetStream is there is found out by using it: a manager must be had also while it is still starting.
    manage: await jetstreamManager(connection, { checkAPI: false, timeout: 10_000 }),
    service: address.user,
  };
}
