import { chown, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fetchNats } from "../fetch/nats.ts";
import { privateFolder } from "../run/account.ts";
import { assertAnswers } from "../run/elsewhere.ts";
import type { Ground } from "../run/platform.ts";
import { assertFree } from "../run/port.ts";
import { answers, untilReady } from "../run/process.ts";
import { secret } from "../run/secrets.ts";
import { heardBy, type Service } from "../services.ts";
import { natsConfiguration } from "./nats-configuration.ts";
import { readerUser } from "./nats-permissions.ts";

/** Where NATS answers. Its users' passwords are the secrets `nats-<user>`; `admin` may do everything. */
export type Nats = { url: string };

/** Starts NATS with one user for each service, or takes the one that runs elsewhere. */
export async function startNats(platform: Ground, services: Service[]): Promise<Nats> {
  const { nats: elsewhere } = platform.settings.elsewhere;
  if (elsewhere) {
    await assertAnswers("NATS", "NATS_URL", elsewhere);
    return { url: elsewhere };
  }
  const { NATS_PORT: port, NATS_MONITOR_PORT: monitorPort } = platform.settings.ports;
  await assertFree(port, "NATS", "NATS_PORT");
  await assertFree(monitorPort, "NATS", "NATS_MONITOR_PORT");
  const program = await fetchNats(platform.places);
  const folder = await privateFolder(join(platform.places.kept, "nats"), platform.account);
  const users = [];
  for (const name of ["admin", readerUser])
    users.push({ name, hears: [] as string[], password: await passwordOf(platform, name) });
  for (const { name } of services)
    users.push({ name, hears: await heardBy(name), password: await passwordOf(platform, name) });
  const file = join(folder, "nats.json");
  await writeFile(file, natsConfiguration({ port, monitorPort, storeFolder: join(folder, "store"), users }), {
    mode: 0o600,
  });
  if (platform.account) await chown(file, platform.account.uid, platform.account.gid);
  const running = await platform.launch({
    name: "NATS",
    program,
    args: ["--config", file],
    env: { TZ: "UTC" },
    log: join(platform.places.logs, "nats.log"),
    account: platform.account,
    stopSignal: "SIGTERM",
    stopSecondsMax: 10,
  });
  await untilReady(running, 30, () => answers(`http://127.0.0.1:${monitorPort}/healthz`));
  return { url: `nats://127.0.0.1:${port}` };
}

async function passwordOf(platform: Ground, user: string): Promise<string> {
  return (await secret(platform.places.secrets, `nats-${user}`)).value;
}
