import { join } from "node:path";
import { exists } from "../fetch/part-folder.ts";
import { type Parts, startParts } from "../parts/all.ts";
import { holdPlatform } from "../run/only-one.ts";
import { openPlatform, type Platform, runUntilAsked } from "../run/platform.ts";
import { assertFree } from "../run/port.ts";
import { answers, untilReady } from "../run/process.ts";
import { environmentOf } from "../service-environment.ts";
import { type Service, services } from "../services.ts";
import { readOptions, type StartOptions } from "./start-options.ts";

/** Brings the whole platform up and keeps it until Ctrl-C; the next start goes on with what this one kept. */
export async function start(args: string[]): Promise<void> {
  const options = await readOptions(args);
  const platform = await openPlatform();
  const letGo = await holdPlatform(platform.places);
  try {
    await runUntilAsked(platform, () => bringUp(platform, options));
  } finally {
    await letGo();
  }
}

async function bringUp(platform: Platform, options: StartOptions): Promise<void> {
  const parts = await startParts(platform, options);
  for (const service of services)
    if (await exists(mainOf(platform, service)))
      await platform.step(service.name, `http://localhost:${service.publicPort ?? service.httpPort}`, () =>
        startService(platform, service, parts),
      );
  platform.say(
    `The platform runs. Logs: ${platform.places.logs}. Ctrl-C stops it, the next start goes on with what it keeps.`,
  );
}

async function startService(platform: Platform, service: Service, parts: Parts): Promise<void> {
  for (const port of [service.grpcPort, service.httpPort, service.publicPort])
    if (port) await assertFree(port, service.name);
  const running = await platform.launch({
    name: service.name,
    program: process.execPath,
    args: [...(service.nodeArgs ?? []), mainOf(platform, service)],
    env: { ...process.env, ...(await environmentOf(service, parts, platform.places)) },
    cwd: join(platform.places.repository, "services", service.name),
    log: join(platform.places.logs, `${service.name}.log`),
    stopSignal: "SIGTERM",
    stopSecondsMax: 20,
  });
  await untilReady(running, 60, () => answers(`http://127.0.0.1:${service.httpPort}/readyz`));
}

function mainOf(platform: Platform, { name }: Service): string {
  return join(platform.places.repository, "services", name, "main.ts");
}
