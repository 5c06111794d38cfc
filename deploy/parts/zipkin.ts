import { join } from "node:path";
import { javaAtLeast } from "../fetch/java.ts";
import { fetchZipkin } from "../fetch/zipkin.ts";
import type { Platform } from "../run/platform.ts";
import { assertFree } from "../run/port.ts";
import { answers, untilReady } from "../run/process.ts";

export type Zipkin = { url: string };

/** Starts Zipkin, which keeps the last traces in memory and shows them on its page. */
export async function startZipkin(platform: Platform): Promise<Zipkin> {
  const port = platform.settings.ports.ZIPKIN_PORT;
  await assertFree(port, "Zipkin", "ZIPKIN_PORT");
  const [java, jar] = await Promise.all([javaAtLeast(21, platform.places), fetchZipkin(platform.places)]);
  const listen = { ip: "127.0.0.1", port, "protocols[0]": "http" };
  const running = await platform.launch({
    name: "Zipkin",
    program: join(java.home, "bin", "java"),
    args: [
      "-Xmx192m",
      "-XX:+UseSerialGC",
      "-jar",
      jar,
      ...Object.entries(listen).map(([name, value]) => `--armeria.ports[0].${name}=${value}`),
    ],
    env: { TZ: "UTC", MEM_MAX_SPANS: "50000" },
    log: join(platform.places.logs, "zipkin.log"),
    account: platform.account,
    stopSignal: "SIGTERM",
    stopSecondsMax: 15,
  });
  await untilReady(running, 60, () => answers(`http://127.0.0.1:${port}/health`));
  return { url: `http://127.0.0.1:${port}` };
}
