import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

export type TestPlatform = {
  /** With whom it runs: parts alone, or parts, services and the sample world. */
  with: "parts" | "services";
  /** Added to all ports unless PORT_SHIFT is set, so that it runs beside a platform and beside other tests. */
  shift: number;
  /** Whether what is done takes some minutes; otherwise the parts run as they do elsewhere. */
  brief?: boolean;
  /** What needs no platform and is done while it starts; where it fails the platform is not waited for. */
  beside?: (() => Promise<void>) | undefined;
  /** @param environment where tests find what runs. @returns whether all is well */
  work(environment: Record<string, string>, repository: string): Promise<boolean>;
};

/**
 * Runs work on real parts, beside what may be running, on a data folder of its own that is forgotten afterwards.
 * @param name stands in the folder's name
 * @returns what the work returned; false when it did not come to its end
 */
export async function onTestPlatform(name: string, asked: TestPlatform): Promise<boolean> {
  process.env.PORT_SHIFT ??= String(asked.shift);
  const { readPlaces } = await import("./places.ts");
  const folder = `${readPlaces().kept}-${name}`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  process.env.LIENTHONG_DATA = folder;
  process.env.TRACES ??= `file:${join(folder, "spans.jsonl")}`;
  // The places and ports are read when these are loaded.
  const { bringUp } = await import("../commands/start.ts");
  const { startParts } = await import("../parts/all.ts");
  const { openPlatform, runUntilAsked } = await import("./platform.ts");
  const { testEnvironment } = await import("../test-environment.ts");
  const platform = await openPlatform({ brief: asked.brief ?? false });
  const bring = asked.with === "services" ? bringUp : startParts;
  let well = false;
  await runUntilAsked(platform, async () => {
    const [parts] = await Promise.all([bring(platform, { traces: false }), asked.beside?.()]);
    well = await asked.work(await testEnvironment(platform, parts), platform.places.repository);
    process.kill(process.pid, "SIGTERM");
  });
  await rm(folder, { recursive: true, force: true });
  return well;
}
