import { randomUUID } from "node:crypto";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { type CallContext, clientOf, openChannel } from "@lienthong/rpc/client.ts";
import { type Callable, callable } from "@lienthong/rpc/callable.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { told } from "../surroundings.ts";

/** The services that answer gRPC, each at a port of its own that an attacker inside would find. */
export const rpcServices = Object.keys(callable) as Callable[];
export const addressOf = (name: Callable) => told(`${name.toUpperCase()}_ADDRESS`);
export const definitionOf = (name: Callable): ServiceDefinition => callable[name];

const channels = new Map<Callable, ReturnType<typeof openChannel>>();

/** A service's calls straight at its port; a command gets a fresh request id unless the attack gives one. */
export function callsOf<Name extends Callable>(name: Name, context: CallContext = {}): Clients[Name] {
  let channel = channels.get(name);
  if (!channel) channels.set(name, (channel = openChannel(addressOf(name))));
  const client = clientOf(channel, callable[name], { deadlineMs: 10_000, ...context });
  return new Proxy(client, {
    get: (target, called) => {
      const call = Reflect.get(target, called) as ((ask: unknown, context?: object) => unknown) | undefined;
      return call && ((ask: unknown, own?: object) => call.call(target, ask, { requestId: randomUUID(), ...own }));
    },
  }) as never;
}

/** Calls by name, where the attack tries all of them alike. */
export type AnyCalls = Record<string, (ask: unknown, context?: CallContext) => Promise<unknown>>;

/** Lets go of the connections to the services; without it a test file does not end. */
export function closeChannels(): void {
  for (const channel of channels.values()) channel.close();
  channels.clear();
}

/** `let in`, or the kind of the fault with which a call was turned away. */
export const outcomeOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => "let in",
    (error: unknown) => {
      if (error instanceof CallFault) return error.kind;
      throw error;
    },
  );

export const gatewayUrl = () => told("GATEWAY_URL");
export const portalUrl = () => told("PORTAL_URL");
export const realmUrl = () => `${told("KEYCLOAK_URL")}/realms/lienthong`;

/** A request to the gateway. @param token none for nobody */
export function gateway(path: string, token?: string, init: RequestInit = {}): Promise<Response> {
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(init.method === "POST" ? { "idempotency-key": randomUUID() } : {}),
    ...(init.headers as Record<string, string> | undefined),
  };
  return fetch(new URL(path, gatewayUrl()), { ...init, headers });
}

/** Every process of ours, by the door at which it tells how it fares. */
export const processes = ["identity", "catalogue", "circulation", "gateway", "portal"] as const;
export type ProcessName = (typeof processes)[number];

/** A figure that a process measures of itself, as its inner door shows it. */
export async function figureOf(name: ProcessName, figure: string): Promise<number> {
  const [value] = await figuresOf(name, [figure]);
  return value!;
}

/** Some of them as they were at one time; what is told of the time since the last look begins anew with each look. */
export async function figuresOf(name: ProcessName, figures: readonly string[]): Promise<number[]> {
  const text = await (await fetch(new URL("/metrics", told(`${name.toUpperCase()}_INNER_URL`)))).text();
  return figures.map((figure) => {
    const line = text.split("\n").find((one) => one.startsWith(`lienthong_${figure} `));
    if (line === undefined) throw new Error(`${name} does not tell ${figure}`);
    return Number(line.split(" ")[1]);
  });
}
