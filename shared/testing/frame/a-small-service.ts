import type { ServiceDefinition } from "@grpc/grpc-js";
import { nobody } from "@lienthong/auth/actor.ts";
import { anyone } from "@lienthong/auth/permission.ts";
import type { Database } from "@lienthong/database/database.ts";
import { command, query } from "@lienthong/rpc/answer.ts";
import type { Caller } from "@lienthong/rpc/answer.ts";
import { type CallContext, type Channel, clientOf, openChannel } from "@lienthong/rpc/client.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { serve } from "@lienthong/rpc/server.ts";
import { openLog } from "@lienthong/telemetry/log.ts";

type Words = { text: string };
type Call = (ask: Words, context?: CallContext) => Promise<Words>;

const words = {
  requestStream: false,
  responseStream: false,
  requestSerialize: (value: Words) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (bytes: Buffer) => JSON.parse(bytes.toString() || "{}") as Words,
  responseSerialize: (value: Words) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (bytes: Buffer) => JSON.parse(bytes.toString() || "{}") as Words,
};

/** Two calls that do what a test wants of them. */
export const small: ServiceDefinition = {
  ask: { path: "/test.Small/Ask", ...words },
  tell: { path: "/test.Small/Tell", ...words },
};

export type SmallService = {
  port: number;
  stop(): Promise<void>;
};

/**
 * A service of two calls, served by the frame: what each does is the test's.
 * @param beyond the clients that its calls reach others with
 */
export async function aSmallService(
  database: Database,
  does: { ask?(text: string, caller: Caller): Promise<string>; tell?(text: string, caller: Caller): Promise<string> },
  beyond: (context: CallContext) => unknown = () => ({}),
): Promise<SmallService> {
  const reply =
    (work = async (text: string, _caller: Caller) => text) =>
    async (ask: Words, caller: Caller) => ({ text: await work(ask.text, caller) });
  const tell = async (ask: Words, caller: Caller) => {
    let told: Words | undefined;
    await caller.as(async () => {
      told = await reply(does.tell)(ask, caller);
      return told;
    });
    return told!;
  };
  const answers = { ask: query(reply(does.ask)), tell: command(tell) };
  const doors = {
    database,
    verify: async () => nobody,
    log: openLog("small", "silent"),
    clientsFor: (context: CallContext) => beyond(context) as Clients,
  };
  return serve(small, answers as never, { ask: anyone, tell: anyone }, doors, { host: "127.0.0.1", port: 0 });
}

/** Its calls over one connection. */
export function smallClient(port: number): { channel: Channel; in(context: CallContext): { ask: Call; tell: Call } } {
  const channel = openChannel(`127.0.0.1:${port}`);
  return { channel, in: (context) => clientOf(channel, small, context) as never };
}
