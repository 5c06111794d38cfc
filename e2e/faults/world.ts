import { randomBytes, randomUUID } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientOf, openChannel } from "@lienthong/rpc/client.ts";
import { type Callable, callable } from "@lienthong/rpc/callable.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { parts as around } from "@lienthong/testing/parts.ts";
import { aRealm, type Someone } from "@lienthong/testing/realm.ts";
import pg from "pg";
import { secret } from "../../deploy/run/secrets.ts";
import type { Service } from "../../deploy/services.ts";
import { freePorts } from "./free-ports.ts";
import { aServiceProcess, type Line, type PartName, type ServiceName, serviceNames } from "./service-process.ts";
import { aVolume, type Volume } from "./small-volume.ts";
import { aTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import type { Victim } from "./victim.ts";
import { type Bus, partsOf } from "./world-parts.ts";
import { layGround } from "./world-template.ts";

export type Options = {
  /** Lines that go through a proxy, as `circulation>postgres`. */
  lines?: readonly Line[];
  /** Settings of services over those that deploy gives, for all of them. */
  settings?: Record<string, string>;
  /** Parts whose files lie on disks of their own, which a test may let run full. */
  volumes?: readonly VolumeName[];
};

type VolumeName = "postgres" | "nats";

export type FaultWorld = {
  folder: string;
  postgres: Victim;
  nats: Bus;
  services: Record<ServiceName, Victim>;
  /** Another process of a service beside the first, not yet started; clients do not come to it. */
  replica(name: ServiceName): Promise<Victim>;
  /** The proxy of a line named in the options. */
  line(name: Line): TcpProxy;
  /** The disk of a part named in the options; undefined where this process may not mount. */
  volume(name: VolumeName): Volume | undefined;
  /** The services' calls in somebody's name; a command brings its own request id in the context. */
  as(someone: Someone, libraryId?: string): Promise<Clients>;
  /** The gateway's doors in somebody's name. */
  rest(someone: Someone, path: string, init?: RequestInit): Promise<{ status: number; body: unknown }>;
  /** Where the parts are and by which password files, for who looks into them. */
  where: { postgresUrl: string; natsUrl: string; openSearchUrl: string; searchIndex: string; secrets: string };
  /** Rows of a service's database, read by the superuser past everything that guards them. */
  rows<Row extends object>(database: ServiceName, statement: string, values?: unknown[]): Promise<Row[]>;
  /** Whether a service says at its inner door that it can do its work. */
  ready(name: ServiceName): Promise<boolean>;
  /** The numbers a service tells at its inner door, by name and labels as they are written there. */
  metrics(name: ServiceName): Promise<Map<string, number>>;
  close(): Promise<void>;
};

// A load goes on for hours with one token; how tokens end is another test's matter.
const tokenSeconds = 24 * 3600;

/**
 * A platform that a test may break: PostgreSQL, NATS and the services as processes of its own with the settings that
 * deploy gives them, tokens of a realm of the test's, and indexes of its own on the search server that runs.
 */
export async function aFaultWorld(options: Options = {}): Promise<FaultWorld> {
  // What was begun ends in reverse, also where the world does not come about.
  const begun = new AsyncDisposableStack();
  try {
    return await aWorld(options, begun);
  } catch (error) {
    await begun.disposeAsync();
    throw error;
  }
}

async function aWorld(
  { lines = [], settings = {}, volumes = [] }: Options,
  begun: AsyncDisposableStack,
): Promise<FaultWorld> {
  const openSearchUrl = around.openSearch();
  const folder = await mkdtemp(join(tmpdir(), "lienthong-fault-world-"));
  begun.defer(() => rm(folder, { recursive: true, force: true }));
  // The parts run as another user.
  await chmod(folder, 0o755);
  const mounted = new Map<VolumeName, Volume>();
  for (const name of volumes) {
    const volume = await aVolume(join(folder, name));
    if (!volume) continue;
    begun.defer(() => volume.unmount());
    mounted.set(name, volume);
  }
  const ports = await freePorts(4 + serviceNames.length * 2);
  const list: (Service & { name: ServiceName })[] = serviceNames.map((name, at) => ({
    name,
    httpPort: ports[4 + 2 * at]!,
    ...(name === "gateway" ? { publicPort: ports[5 + 2 * at]! } : { grpcPort: ports[5 + 2 * at]! }),
  }));
  const doors = Object.fromEntries(list.map(({ name, grpcPort, publicPort }) => [name, grpcPort ?? publicPort]));
  const portOf = doors as Record<ServiceName, number>;
  const realm = await aRealm();
  begun.defer(() => realm.close());
  const { ground, postgres, nats } = await partsOf(folder, ports, list);
  const searchIndex = `fault-${randomBytes(4).toString("hex")}`;
  const where = {
    postgresUrl: `postgres://postgres@127.0.0.1:${ports[0]}/postgres`,
    natsUrl: `nats://127.0.0.1:${ports[1]}`,
    openSearchUrl,
    searchIndex,
    secrets: ground.places.secrets,
  };
  const targets = { postgres: ports[0]!, nats: ports[1]!, openSearch: Number(new URL(openSearchUrl).port), ...portOf };
  const proxies = new Map<Line, TcpProxy>();
  for (const line of lines) {
    const port = targets[line.split(">")[1] as PartName];
    const proxy = await aTcpProxy({ host: "127.0.0.1", port });
    begun.defer(() => proxy.close());
    proxies.set(line, proxy);
  }
  begun.defer(async () => void (await fetch(`${openSearchUrl}/${searchIndex}-*`, { method: "DELETE" })));
  begun.defer(async () => void (await Promise.all([postgres.kill(), nats.kill()])));
  await layGround(folder);
  await Promise.all([postgres.start(), nats.start()]);
  const { file: passwordFile, value: password } = await secret(where.secrets, "postgres");
  // What is waited for is looked at fifty times a second: to connect each time would take most of the machine.
  const pools = new Map<ServiceName, pg.Pool>();
  const poolOf = (database: ServiceName): pg.Pool => {
    const known = pools.get(database);
    if (known) return known;
    const pool = new pg.Pool({ host: "127.0.0.1", port: ports[0]!, user: "postgres", database, password, max: 4 });
    // Those that PostgreSQL's end has ended are opened anew.
    pool.on("error", () => undefined);
    pools.set(database, pool);
    return pool;
  };
  begun.defer(async () => void (await Promise.all([...pools.values()].map((pool) => pool.end()))));

  const given = {
    ...{ KEYCLOAK_URL: new URL(realm.url).origin, SEARCH_INDEX: searchIndex, LOG_LEVEL: "warn", FAULT_WORLD: folder },
    ...settings,
  };
  const parts = {
    postgres: { url: where.postgresUrl, passwordFile },
    nats: { url: where.natsUrl },
    openSearch: { url: openSearchUrl },
    keycloak: { url: "" },
  };
  const replicas: Victim[] = [];
  const processOf = (service: Service) => {
    const through = [...proxies].filter(([line]) => line.startsWith(`${service.name}>`));
    const rerouted = through.map(([line, { port }]) => [targets[line.split(">")[1] as PartName], port] as const);
    return aServiceProcess(service, list, parts, ground, given, new Map(rerouted));
  };
  const processes = list.map((service) => [service.name, processOf(service)] as const);
  const services = Object.fromEntries(processes) as FaultWorld["services"];
  begun.defer(
    async () => void (await Promise.all([...Object.values(services), ...replicas].map((process) => process.kill()))),
  );
  await Promise.all(Object.values(services).map((service) => service.start()));

  const channels = Object.keys(callable).map(
    (name) => [name as Callable, openChannel(`127.0.0.1:${portOf[name as Callable]}`)] as const,
  );
  begun.defer(() => channels.forEach(([, channel]) => channel.close()));
  const atInnerDoor = (name: ServiceName, path: string) =>
    fetch(`http://127.0.0.1:${list.find((service) => service.name === name)!.httpPort}/${path}`);
  const tokenOf = (someone: Someone) => {
    const exp = Math.floor(Date.now() / 1000) + tokenSeconds;
    return realm.token(someone, { exp });
  };
  return {
    ...{ folder, postgres, nats, services, where },
    line: (name) => proxies.get(name)!,
    volume: (name) => mounted.get(name),
    async replica(name) {
      const [grpcPort, httpPort] = (await freePorts(2)) as [number, number];
      replicas.push(processOf({ name, grpcPort, httpPort }));
      return replicas.at(-1)!;
    },
    async as(someone, libraryId) {
      const context = { token: await tokenOf({ account: randomUUID(), ...someone }), libraryId };
      const clients = channels.map(([name, channel]) => [name, clientOf(channel, callable[name], context)]);
      return Object.fromEntries(clients) as Clients;
    },
    async rest(someone, path, init = {}) {
      const headers = { authorization: `Bearer ${await tokenOf(someone)}`, ...init.headers };
      const response = await fetch(`http://127.0.0.1:${portOf.gateway}${path}`, { ...init, headers });
      return { status: response.status, body: await response.json() };
    },
    rows: async (database, statement, values = []) => (await poolOf(database).query(statement, values)).rows as never,
    ready: async (name) => (await atInnerDoor(name, "readyz")).ok,
    async metrics(name) {
      const text = await (await atInnerDoor(name, "metrics")).text();
      const rows = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      return new Map(rows.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
    },
    close: () => begun.disposeAsync(),
  };
}
