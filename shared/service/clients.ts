import { type CallContext, clientOf, openChannel } from "@lienthong/rpc/client.ts";
import { type Callable, callable } from "@lienthong/rpc/callable.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import type { Service } from "./service.ts";

export type Reach = { clientsFor(context: CallContext): Clients; close(): void };

/**
 * The services that a service may call, and of each only the calls that its `service.ts` names.
 * @param addressOf where a service listens, `host:port`
 */
export function reach(declared: Service, addressOf: (name: Callable) => string): Reach {
  const names = Object.keys(declared.calls) as Callable[];
  const channels = new Map(names.map((name) => [name, openChannel(addressOf(name))]));
  const reached = [...channels].map(([name, channel]) => {
    const allowed = declared.calls[name];
    const known = Object.entries(callable[name]).filter(
      ([call]) => allowed === "all" || (allowed as readonly string[] | undefined)?.includes(call),
    );
    return { name, channel, definition: Object.fromEntries(known) };
  });
  return {
    clientsFor: (context) =>
      Object.fromEntries(
        reached.map(({ name, channel, definition }) => [name, clientOf(channel, definition, context)]),
      ) as Clients,
    close: () => {
      for (const channel of channels.values()) channel.close();
    },
  };
}
