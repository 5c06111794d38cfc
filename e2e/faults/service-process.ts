import { join } from "node:path";
import type { Parts } from "../../deploy/parts/all.ts";
import type { Ground } from "../../deploy/run/platform.ts";
import { answers, untilReady } from "../../deploy/run/process.ts";
import { environmentOf } from "../../deploy/service-environment.ts";
import type { Service } from "../../deploy/services.ts";
import { aVictim, type Victim } from "./victim.ts";

export const serviceNames = ["identity", "catalogue", "circulation", "gateway"] as const;
export type ServiceName = (typeof serviceNames)[number];
export type PartName = "postgres" | "nats" | "openSearch" | "identity" | "catalogue" | "circulation";
/** From whom to whom. */
export type Line = `${ServiceName}>${PartName}`;

/**
 * A service of a fault world as a process, with the settings that deploy gives it.
 * @param services all of the world, `given` settings over deploy's
 * @param rerouted the port of a proxy in the place of a part's own
 */
export function aServiceProcess(
  service: Service,
  services: readonly Service[],
  parts: Parts,
  ground: Ground,
  given: Record<string, string>,
  rerouted: ReadonlyMap<number, number>,
): Victim {
  return aVictim(service.name, async (settings) => {
    const deployed = { ...(await environmentOf(service, services, parts, ground.places)), ...given };
    const routed = Object.entries(deployed).map(([name, value]) => [name, through(value, rerouted)]);
    const folder = join(ground.places.repository, "services", service.name);
    const running = await ground.launch({
      name: service.name,
      program: process.execPath,
      args: [join(folder, "main.ts")],
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ...Object.fromEntries(routed),
        ...settings,
      },
      cwd: folder,
      log: join(ground.places.logs, `${service.name}.log`),
      stopSignal: "SIGTERM",
      stopSecondsMax: 20,
    });
    const ready = untilReady(running, 60, () => answers(`http://127.0.0.1:${service.httpPort}/readyz`));
    // One with a fault may pass its point while it starts.
    await (settings.FAULT ? Promise.race([ready.catch(() => undefined), running.exited]) : ready);
    return running;
  });
}

/** A setting with the proxies' ports in the place of those that they stand before; its own ports have no host. */
function through(setting: string, rerouted: ReadonlyMap<number, number>): string {
  return setting.replace(/(?<=127\.0\.0\.1:)\d+/, (port) => String(rerouted.get(Number(port)) ?? port));
}
