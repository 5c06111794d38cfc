import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Java, javaAtLeast } from "../fetch/java.ts";
import { fetchOpenSearch } from "../fetch/opensearch.ts";
import { privateFolder } from "../run/account.ts";
import { assertAnswers } from "../run/elsewhere.ts";
import type { Platform } from "../run/platform.ts";
import { assertFree } from "../run/port.ts";
import { answers, untilReady } from "../run/process.ts";
import { javaOptions } from "./java-options.ts";

export type OpenSearch = { url: string };

/** Starts OpenSearch, or takes the one that runs elsewhere. */
export async function startOpenSearch(platform: Platform): Promise<OpenSearch> {
  const { openSearch: elsewhere } = platform.settings.elsewhere;
  if (elsewhere) {
    await assertAnswers("OpenSearch", "OPENSEARCH_URL", elsewhere);
    return { url: elsewhere };
  }
  const { OPENSEARCH_PORT: port, OPENSEARCH_TRANSPORT_PORT: transportPort } = platform.settings.ports;
  await assertFree(port, "OpenSearch", "OPENSEARCH_PORT");
  await assertFree(transportPort, "OpenSearch", "OPENSEARCH_TRANSPORT_PORT");
  const [java, home] = await Promise.all([javaAtLeast(21, platform.places), fetchOpenSearch(platform.places)]);
  const folder = await privateFolder(join(platform.places.kept, "opensearch"), platform.account);
  const configuration = await writeConfiguration(platform, folder, port, transportPort);
  const running = await platform.launch({
    name: "OpenSearch",
    program: join(java.home, "bin", "java"),
    args: javaArguments(java, home, folder, configuration, await javaOptions(home, platform)),
    env: { TZ: "UTC", LC_ALL: "C.UTF-8" },
    log: join(platform.places.logs, "opensearch.log"),
    account: platform.account,
    stopSignal: "SIGTERM",
    stopSecondsMax: 40,
    canWait: true,
  });
  await untilReady(running, 120, () => answers(`http://127.0.0.1:${port}/_cluster/health`));
  return { url: `http://127.0.0.1:${port}` };
}

async function writeConfiguration(platform: Platform, folder: string, port: number, transportPort: number) {
  const configuration = await privateFolder(join(folder, "config"), platform.account);
  for (const name of ["tmp", "log", "store"]) await privateFolder(join(folder, name), platform.account);
  const settings = {
    "cluster.name": "lienthong",
    "node.name": "lienthong",
    // This build has neither passwords nor TLS, so it must listen nowhere else.
    "network.host": "127.0.0.1",
    "http.port": port,
    "transport.port": transportPort,
    "discovery.type": "single-node",
    // The serial collector lets garbage lie until the memory is full. Counted as used, it would make the server refuse what
    // it has room for.
    "indices.breaker.total.use_real_memory": false,
    "path.data": join(folder, "store"),
    "path.logs": join(folder, "log"),
  };
  const yaml = Object.entries(settings).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
  await writeFile(join(configuration, "opensearch.yml"), yaml.join(""));
  await writeFile(join(configuration, "log4j2.properties"), logToStandardOutput);
  return configuration;
}

function javaArguments(java: Java, home: string, folder: string, configuration: string, options: string[]): string[] {
  return [
    "-Xms512m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    ...options,
    `-Djava.io.tmpdir=${join(folder, "tmp")}`,
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
    "-Djna.nosys=true",
    "-Dio.netty.noUnsafe=true",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
    "-Djava.locale.providers=SPI,CLDR",
    "--enable-native-access=ALL-UNNAMED",
    ...(java.modules.includes("jdk.incubator.vector") ? ["--add-modules=jdk.incubator.vector"] : []),
    `-Dopensearch.path.home=${home}`,
    `-Dopensearch.path.conf=${configuration}`,
    "-cp",
    `${home}/lib/*`,
    "org.opensearch.bootstrap.OpenSearch",
  ];
}

const logToStandardOutput = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %marker%m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`;
