import { join } from "node:path";
import { type Parts, startParts } from "../parts/all.ts";
import { holdPlatform } from "../run/only-one.ts";
import { openPlatform, type Platform, runUntilAsked } from "../run/platform.ts";
import { assertFree } from "../run/port.ts";
import { answers, untilReady } from "../run/process.ts";
import { environmentOf } from "../service-environment.ts";
import { secret } from "../run/secrets.ts";
import { sampleLibraries } from "../sample-world/libraries.ts";
import { samplePin } from "../sample-world/make.ts";
import { sampleAccountsSecret, takeSampleWorld } from "../sample-world/take.ts";
import { gatewayUrl, portalUrl, type Service, services } from "../services.ts";
import { readOptions, type StartOptions } from "./start-options.ts";

/** Brings the whole platform up and keeps it until Ctrl-C; the next start goes on with what this one kept. */
export async function start(args: string[]): Promise<void> {
  const options = await readOptions(args);
  const platform = await openPlatform();
  const letGo = await holdPlatform(platform.places);
  try {
    await runUntilAsked(platform, async () => void (await bringUp(platform, options)));
  } finally {
    await letGo();
  }
}

/** Parts, services in their order, and on the first run the sample world. */
export async function bringUp(platform: Platform, options: StartOptions): Promise<Parts> {
  const parts = await startParts(platform, options);
  for (const service of services)
    await platform.step(service.name, `http://localhost:${service.publicPort ?? service.httpPort}`, () =>
      startService(platform, service, parts),
    );
  await takeSampleWorld(platform, parts, options.with);
  await platform.deskFirst();
  await sayWhere(platform, parts);
  return parts;
}

/** Addresses and accounts, as a newcomer needs them. */
async function sayWhere(platform: Platform, parts: Parts): Promise<void> {
  const { value: password } = await secret(platform.places.secrets, sampleAccountsSecret);
  const accounts = sampleLibraries.flatMap(({ name, librarian, readers }) => [
    `    ${librarian.username.padEnd(14)} librarian, ${name}`,
    ...readers.map((reader) => `    ${reader.username.padEnd(14)} reader, card ${reader.card}, ${name}`),
  ]);
  platform.say(
    [
      "",
      `  Portal    ${portalUrl}`,
      `  API       ${gatewayUrl}/api/openapi.json`,
      ...(parts.zipkin ? [`  Traces    ${parts.zipkin.url}/zipkin/`] : []),
      `  Accounts  password of all: ${password}    PIN of all cards: ${samplePin}`,
      ...accounts,
      "",
      `The platform runs. Logs: ${platform.places.logs}. Ctrl-C stops it, the next start goes on with what it keeps.`,
    ].join("\n"),
  );
}

async function startService(platform: Platform, service: Service, parts: Parts): Promise<void> {
  for (const port of [service.grpcPort, service.httpPort, service.publicPort])
    if (port) await assertFree(port, service.name);
  const running = await platform.launch({
    name: service.name,
    program: process.execPath,
    args: [...(service.nodeArgs ?? []), mainOf(platform, service)],
    env: { ...process.env, ...(await environmentOf(service, services, parts, platform.places)) },
    cwd: join(platform.places.repository, "services", service.name),
    log: join(platform.places.logs, `${service.name}.log`),
    stopSignal: "SIGTERM",
    stopSecondsMax: 20,
    canWait: service.canWait ?? false,
  });
  await untilReady(running, 60, () => answers(`http://127.0.0.1:${service.httpPort}/readyz`));
}

function mainOf(platform: Platform, { name }: Service): string {
  return join(platform.places.repository, "services", name, "main.ts");
}
