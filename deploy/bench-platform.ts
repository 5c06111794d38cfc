import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BenchPlatform } from "@lienthong/e2e/bench/platform.ts";
import { bringUp } from "./commands/start.ts";
import { Failure } from "./run/failure.ts";
import { runningCommand } from "./run/only-one.ts";
import { openPlatform, type Platform } from "./run/platform.ts";
import { secret } from "./run/secrets.ts";
import { clientToken } from "./sample-world/client-token.ts";
import { doorsOf } from "./sample-world/take.ts";
import { gatewayUrl } from "./services.ts";

// Tokens live for a minute.
const tokenKeptMs = 30_000;

/** The platform that is measured: one of its own that is stopped at the end, or the one that runs. */
export function benchPlatform(running: boolean) {
  let opened: { platform: Platform; doors: BenchPlatform["doors"] } | undefined;
  const roots: number[] = [];
  const stop = Promise.withResolvers<false>();
  return {
    roots: () => roots,
    /** Settles with false when somebody stops a platform that was started here. */
    stopAsked: stop.promise,
    async open(): Promise<BenchPlatform> {
      const platform = await openPlatform();
      void platform.stopAsked.then(() => stop.resolve(false));
      const { ports, elsewhere } = platform.settings;
      const root = running ? await runningCommand(platform.places) : process.pid;
      if (root === undefined) throw new Failure(`No platform runs with ${platform.places.kept}; start it (npm start).`);
      roots.push(root);
      const keycloak = elsewhere.keycloak ?? `http://localhost:${ports.KEYCLOAK_PORT}`;
      const doors = doorsOf(platform, keycloak);
      opened = { platform, doors };
      if (!running) await bringUp(platform, { traces: false });
      // Lines that need rows without a platform around them make databases of their own on the same server.
      process.env.POSTGRES_URL = elsewhere.postgres ?? `postgres://postgres@127.0.0.1:${ports.POSTGRES_PORT}/postgres`;
      process.env.POSTGRES_PASSWORD_FILE =
        elsewhere.postgresPasswordFile ?? (await secret(platform.places.secrets, "postgres")).file;
      const valueOf = async (name: string) => (await secret(platform.places.secrets, name)).value;
      const folder = join(platform.places.kept, "bench-files");
      await mkdir(folder, { recursive: true });
      return {
        gatewayUrl,
        postgres: {
          url: process.env.POSTGRES_URL,
          password: (await readFile(process.env.POSTGRES_PASSWORD_FILE, "utf8")).trim(),
        },
        openSearch: { url: elsewhere.openSearch ?? `http://127.0.0.1:${ports.OPENSEARCH_PORT}` },
        doors,
        tokenOf: keptTokens(`${keycloak}/realms/lienthong`, (client) => valueOf(`keycloak-${client}`)),
        folder,
        root,
      };
    },
    async close() {
      opened?.doors.close();
      if (!running) await opened?.platform.stopAll();
    },
  };
}

function keptTokens(realmUrl: string, secretOf: (client: string) => Promise<string>) {
  const kept = new Map<string, { token: Promise<string>; until: number }>();
  return async (client: string): Promise<string> => {
    const known = kept.get(client);
    if (known && known.until > Date.now()) return known.token;
    const token = secretOf(client).then((value) => clientToken(realmUrl, client, value));
    kept.set(client, { token, until: Date.now() + tokenKeptMs });
    return token;
  };
}
