import { setTimeout as pause } from "node:timers/promises";
import { type CallContext, clientOf, openChannel } from "@lienthong/rpc/client.ts";
import { callable } from "@lienthong/rpc/callable.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { clientToken } from "./client-token.ts";

/** A program's way into the platform: fresh tokens by its credentials, the services' own calls. */
export type Doors = {
  /** The services' calls in the program's name, acting for a library where one is named. */
  as(client: string, libraryId?: string): Promise<Clients>;
  /** Waits until the program's token says this role: it is mirrored to the sign-in server by a job. */
  untilRole(client: string, role: string): Promise<void>;
  close(): void;
};

export type Addresses = {
  realmUrl: string;
  secretOf(client: string): Promise<string>;
  services: Record<keyof Clients, string>;
};

const renewBeforeMs = 20_000;
const tokenLifeMs = 60_000;

export function openDoors(addresses: Addresses): Doors {
  const channels = Object.entries(addresses.services).map(
    ([name, address]) => [name as keyof Clients, openChannel(address)] as const,
  );
  const tokens = new Map<string, { token: string; until: number }>();
  async function tokenOf(client: string): Promise<string> {
    const known = tokens.get(client);
    if (known && known.until > Date.now()) return known.token;
    const token = await clientToken(addresses.realmUrl, client, await addresses.secretOf(client));
    tokens.set(client, { token, until: Date.now() + tokenLifeMs - renewBeforeMs });
    return token;
  }
  return {
    async as(client, libraryId) {
      const context: CallContext = { token: await tokenOf(client), libraryId, deadlineMs: 30_000 };
      return Object.fromEntries(
        channels.map(([name, channel]) => [name, clientOf(channel, callable[name], context)]),
      ) as Clients;
    },
    async untilRole(client, role) {
      const end = Date.now() + 60_000;
      for (;;) {
        tokens.delete(client);
        const claims = JSON.parse(Buffer.from((await tokenOf(client)).split(".")[1] ?? "", "base64url").toString()) as {
          roles?: string[];
        };
        if (claims.roles?.includes(role)) return;
        if (Date.now() > end) throw new Error(`The role ${role} of ${client} did not reach its token within a minute`);
        await pause(500);
      }
    },
    close: () => {
      for (const [, channel] of channels) channel.close();
    },
  };
}
