import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { AckPolicy, jetstream, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { fetchNats } from "../fetch/nats.ts";
import { natsConfiguration } from "../parts/nats-configuration.ts";
import { natsUser } from "../parts/nats-permissions.ts";
import { readPlaces } from "../run/places.ts";
import { answers, type RunningProcess, startProcess, untilReady } from "../run/process.ts";

describe("what a service may do on the bus", () => {
  const cases: { title: string; name: string; hears: string[]; may: string[]; mayNot: string[] }[] = [
    {
      title: "writes events under its own name only",
      name: "circulation",
      hears: [],
      may: ["lt.circulation.>", "hint.circulation.>"],
      mayNot: ["lt.catalogue.>", "lt.>", ">"],
    },
    {
      title: "makes and looks into its own stream, whose name is its own in capitals",
      name: "digital-content",
      hears: [],
      may: ["$JS.API.STREAM.CREATE.DIGITAL_CONTENT", "$JS.API.STREAM.MSG.GET.DIGITAL_CONTENT"],
      mayNot: ["$JS.API.STREAM.DELETE.DIGITAL_CONTENT", "$JS.API.STREAM.PURGE.DIGITAL_CONTENT"],
    },
    {
      title: "reads what it hears, through a consumer of its own name, and looks where an event lies",
      name: "catalogue",
      hears: ["circulation"],
      may: [
        "$JS.API.CONSUMER.MSG.NEXT.CIRCULATION.catalogue",
        "$JS.ACK.CIRCULATION.catalogue.>",
        "$JS.API.STREAM.MSG.GET.CIRCULATION",
      ],
      mayNot: ["$JS.API.STREAM.CREATE.CIRCULATION", "$JS.API.STREAM.MSG.GET.IDENTITY"],
    },
  ];
  for (const { title, name, hears, may, mayNot } of cases)
    test(title, () => {
      const { allow } = natsUser({ name, hears }).publish;
      for (const subject of may) assert(allow.includes(subject), subject);
      for (const subject of mayNot) assert(!allow.includes(subject), subject);
    });

  test("takes answers in its own inbox only", () => {
    assert.deepEqual(natsUser({ name: "portal", hears: [] }).subscribe.allow, ["_INBOX_portal.>", "hint.portal.>"]);
  });
});

describe("a real server with these rights", () => {
  let folder: string;
  let server: RunningProcess;
  const connections: NatsConnection[] = [];
  let url: string;

  before(async () => {
    const places = readPlaces();
    folder = await mkdtemp(join(tmpdir(), "lienthong-nats-"));
    const [port, monitorPort] = await freePorts(2);
    const users = [
      { name: "catalogue", password: "catalogue-word", hears: ["circulation"] },
      { name: "circulation", password: "circulation-word", hears: [] },
      { name: "portal", password: "portal-word", hears: [] },
    ];
    const file = join(folder, "nats.json");
    await writeFile(file, natsConfiguration({ port, monitorPort, storeFolder: join(folder, "store"), users }));
    server = await startProcess({
      name: "NATS",
      program: await fetchNats(places),
      args: ["--config", file],
      env: {},
      log: join(folder, "nats.log"),
      stopSignal: "SIGTERM",
      stopSecondsMax: 10,
    });
    await untilReady(server, 10, () => answers(`http://127.0.0.1:${monitorPort}/healthz`));
    url = `nats://127.0.0.1:${port}`;
  });
  after(async () => {
    for (const connection of connections) await connection.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function as(name: string): Promise<NatsConnection> {
    const who = { user: name, pass: `${name}-word`, inboxPrefix: `_INBOX_${name}` };
    const connection = await connect({ servers: url, ...who, timeout: 2000 });
    connections.push(connection);
    return connection;
  }

  test("circulation tells, catalogue hears through its own consumer and acknowledges", async () => {
    const circulation = await as("circulation");
    const streams = (await jetstreamManager(circulation)).streams;
    const declared = { name: "CIRCULATION", subjects: ["lt.circulation.>"], storage: StorageType.File };
    await streams.add(declared);
    await streams.update("CIRCULATION", { description: "what circulation tells" });
    await streams.info("CIRCULATION");
    const sent = await jetstream(circulation).publish("lt.circulation.loan.changed.v1", "one");
    assert.equal((await streams.getMessage("CIRCULATION", { seq: sent.seq }))?.string(), "one");

    const catalogue = await as("catalogue");
    const { consumers, streams: heard } = await jetstreamManager(catalogue);
    assert.equal((await heard.info("CIRCULATION")).state.messages, 1);
    for (const filter of [{}, { filter_subject: "lt.circulation.loan.>" }]) {
      const durable = { durable_name: "catalogue", ack_policy: AckPolicy.Explicit, ...filter };
      await consumers.add("CIRCULATION", durable);
      await consumers.update("CIRCULATION", "catalogue", { max_deliver: 7 });
      const consumer = await jetstream(catalogue).consumers.get("CIRCULATION", "catalogue");
      const message = await consumer.next({ expires: 5000 });
      assert.equal(message?.string(), "one");
      assert.equal(await message?.ackAck(), true);
      assert.equal((await consumer.info()).num_ack_pending, 0);
      await consumers.delete("CIRCULATION", "catalogue");
    }
  });

  test("circulation reads its own stream again to compare it with its archive", async () => {
    const circulation = await as("circulation");
    const { consumers } = await jetstreamManager(circulation);
    const name = "circulation-reconcile";
    await consumers.add("CIRCULATION", { name, ack_policy: AckPolicy.None, headers_only: true, mem_storage: true });
    const consumer = await jetstream(circulation).consumers.get("CIRCULATION", name);
    const seen: number[] = [];
    for await (const message of await consumer.fetch({ max_messages: 1, expires: 5000 })) seen.push(message.seq);
    assert.deepEqual(seen, [1]);
    await consumers.delete("CIRCULATION", name);
  });

  test("a publish on another service's subject is refused", async () => {
    const catalogue = await as("catalogue");
    await assert.rejects(
      jetstream(catalogue).publish("lt.circulation.loan.changed.v1", "forged"),
      /Permissions Violation for Publish to "lt.circulation.loan.changed.v1"/,
    );
  });

  test("a service that does not hear a stream cannot read it, nor under another's name", async () => {
    const portal = await as("portal");
    const { consumers } = await jetstreamManager(portal);
    const own = { durable_name: "portal", ack_policy: AckPolicy.Explicit };
    await assert.rejects(consumers.add("CIRCULATION", own), /Permissions Violation/);
    await assert.rejects(consumers.add("CIRCULATION", { ...own, durable_name: "catalogue" }), /Permissions Violation/);
  });

  test("nobody listens past the bus to what others tell", async () => {
    const portal = await as("portal");
    const listening = portal.subscribe("lt.>");
    await assert.rejects(async () => {
      for await (const _ of listening) assert.fail("an event was heard");
    }, /Permissions Violation for Subscription to "lt.>"/);
  });
});

async function freePorts(count: 2): Promise<[number, number]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  const ports = await Promise.all(
    probes.map(
      (probe) =>
        new Promise<number>((resolve) =>
          probe.once("listening", () => {
            const { port } = probe.address() as { port: number };
            probe.close(() => resolve(port));
          }),
        ),
    ),
  );
  return ports as [number, number];
}
