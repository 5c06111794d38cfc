import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AckPolicy, DeliverPolicy, jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import { headers, type MsgHdrs } from "@nats-io/transport-node";
import { type Bus, connectBus } from "@lienthong/bus/connection.ts";
import { consumer } from "@lienthong/bus/consumer.ts";
import { streamOf, subjectOf } from "@lienthong/bus/event.ts";
import { startHearing, type Hearing } from "@lienthong/bus/hear.ts";
import { declareStream } from "@lienthong/bus/stream.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import { ItemAvailabilityChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { LibraryChanged } from "@lienthong/proto/identity/v1/events.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import { freePort } from "@lienthong/testing/nats-server.ts";
import { type TestDatabase, testDatabase } from "@lienthong/testing/test-database.ts";
import { until } from "@lienthong/testing/until.ts";
import { natsConfiguration } from "../../deploy/parts/nats-configuration.ts";
import { type RunningProcess, startProcess } from "../../deploy/run/process.ts";
import { heardBy, services } from "../../deploy/services.ts";
import { told } from "../surroundings.ts";

// A server of its own, with the users and rights that the platform's is given: what is tried here may leave traces.
let folder: string;
let server: RunningProcess;
let url: string;
let made: TestDatabase;
let database: Database;
let hearing: Hearing;
const bus = new Map<string, Bus>();
const names = services.map(({ name }) => name);
const heard: string[] = [];
const password = "for-tests-on-loopback";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "lienthong-nats-"));
  const [port, monitorPort] = [await freePort(), await freePort()];
  url = `nats://127.0.0.1:${port}`;
  const users = await Promise.all(
    ["admin", ...names].map(async (name) => ({ name, password, hears: name === "admin" ? [] : await heardBy(name) })),
  );
  const file = join(folder, "nats.json");
  const configuration = natsConfiguration({ port, monitorPort, storeFolder: join(folder, "store"), users });
  await writeFile(file, configuration);
  server = await startProcess({
    name: "NATS",
    program: told("NATS_SERVER"),
    args: ["--config", file],
    env: {},
    log: join(folder, "nats.log"),
    stopSignal: "SIGTERM",
    stopSecondsMax: 10,
  });
  for (const name of ["admin", ...names]) bus.set(name, await connectBus({ url, user: name, password }));
  await until(() =>
    of("admin")
      .manage.getAccountInfo()
      .then(Boolean, () => false),
  );
  for (const name of ["identity", "catalogue", "circulation"]) await declareStream(of(name), 2 ** 27);
  made = await testDatabase("catalogue", join(import.meta.dirname, "../../shared/testing/frame"));
  database = openDatabase(made.app, () => {});
  const log = openLog("catalogue", "silent");
  const onAvailability = consumer(ItemAvailabilityChanged, async (_tx, { id }) => void heard.push(id));
  const onLibrary = consumer(LibraryChanged, async (_tx, { id }) => void heard.push(id));
  hearing = startHearing(database, of("catalogue"), [onAvailability, onLibrary], log);
});
after(async () => {
  await hearing?.stop();
  for (const one of bus.values()) await one.connection.close();
  await server?.stop();
  await database?.close();
  await made?.drop();
  await rm(folder, { recursive: true, force: true });
});

const of = (name: string): Bus => {
  const found = bus.get(name);
  if (!found) throw new Error(`${name} is not connected`);
  return found;
};

const owners = ["identity", "catalogue", "circulation"];
const lastOf = async (stream: string) => (await of("admin").manage.streams.info(stream)).state.last_seq;
const refusal = /Permissions Violation|permissions violation/;

/** Asks JetStream as a service. Where the server refuses the subject it says so; what is only ignored ends in time. */
async function ask(name: string, subject: string, body: object = {}): Promise<string> {
  const answered = await of(name)
    .connection.request(subject, JSON.stringify(body), { timeout: 1_000 })
    .then(
      (reply) => reply.string(),
      (error: Error) => (refusal.test(error.message) ? "refused" : `refused: ${error.message}`),
    );
  return answered;
}

test("A20: nobody publishes another's events, or what another gives as a hint", async () => {
  for (const name of names) {
    for (const owner of owners.filter((other) => other !== name)) {
      const before = await lastOf(streamOf(owner));
      const forged = of(name).publish.publish(`lt.${owner}.library.changed.v1`, "forged");
      await assert.rejects(forged, refusal, `${name} as ${owner}`);
      assert.equal(await lastOf(streamOf(owner)), before);
    }
  }
});

test("A20: nobody listens past the bus: not to everything, not to others' events, hints or answers", async () => {
  for (const name of names) {
    const other = names.find((one) => one !== name)!;
    for (const subject of [
      ">",
      "lt.>",
      `lt.${other}.>`,
      `hint.${other}.>`,
      `_INBOX_${other}.>`,
      "_INBOX.>",
      "$JS.>",
      "$SYS.>",
    ]) {
      const listening = of(name).connection.subscribe(subject);
      const heard = (async () => {
        for await (const message of listening) return message.subject;
        return "ended";
      })();
      await assert.rejects(heard, refusal, `${name} hears ${subject}`);
    }
  }
});

test("A20: no stream is deleted, emptied, thinned or taken over, one's own neither; no other's consumer is read or ended", async () => {
  for (const name of names) {
    for (const owner of owners) {
      const stream = streamOf(owner);
      const before = await lastOf(stream);
      const others = names.find((one) => one !== name)!;
      const asked = [
        `$JS.API.STREAM.DELETE.${stream}`,
        `$JS.API.STREAM.PURGE.${stream}`,
        `$JS.API.STREAM.MSG.DELETE.${stream}`,
        `$JS.API.STREAM.SNAPSHOT.${stream}`,
        `$JS.API.STREAM.RESTORE.${stream}`,
        `$JS.API.CONSUMER.CREATE.${stream}`,
        `$JS.API.CONSUMER.CREATE.${stream}.${others}`,
        `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${others}`,
        `$JS.API.CONSUMER.MSG.NEXT.${stream}.${others}`,
        `$JS.API.CONSUMER.DELETE.${stream}.${others}`,
        `$JS.API.CONSUMER.LIST.${stream}`,
        `$JS.API.DIRECT.GET.${stream}`,
        "$JS.API.STREAM.LIST",
        ...(owner === name ? [] : [`$JS.API.STREAM.UPDATE.${stream}`, `$JS.API.STREAM.CREATE.${stream}`]),
        "$JS.API.STREAM.CREATE.ELSEWHERE",
      ];
      const answers = await Promise.all(asked.map((subject) => ask(name, subject, { name: stream, seq: 1 })));
      assert.deepEqual(
        answers.filter((answer) => !answer.startsWith("refused")),
        [],
        `${name} at ${stream}`,
      );
      assert.equal(await lastOf(stream), before);
    }
  }
});

/** An event as its owner would publish it. */
function anEvent(): { id: string; payload: Uint8Array; envelope: MsgHdrs } {
  const id = randomUUID();
  const state = ItemAvailabilityChanged.fromPartial({ id, version: 2n ** 40n + 1n, libraryId: "VN-000001P" });
  const envelope = headers();
  const said = {
    "ce-id": randomUUID(),
    "ce-type": ItemAvailabilityChanged.$type,
    "ce-subject": id,
    version: String(state.version),
  };
  for (const [name, value] of Object.entries(said)) envelope.set(name, value);
  return { id, payload: ItemAvailabilityChanged.encode(state).finish(), envelope };
}

const victims = subjectOf(ItemAvailabilityChanged);
const own = (n: number) => `lt.identity.forged${n}.changed.v1`;

/** Ways by which the server itself can be made to put a message of one service where another's belong. */
const detours: [what: string, forge: (event: ReturnType<typeof anEvent>) => Promise<unknown>][] = [
  [
    "its own subject, called another's event",
    ({ payload, envelope }) => of("identity").publish.publish(own(1), payload, { headers: envelope }),
  ],
  [
    "an answer of the server, sent to another's subject",
    async () => {
      of("identity").connection.publish("$JS.API.INFO", "", { reply: victims });
      of("identity").connection.publish("$JS.API.STREAM.MSG.GET.IDENTITY", '{"seq":1}', { reply: victims });
      await of("identity").connection.flush();
    },
  ],
  [
    "its own consumer, read with another's subject for the answer",
    async ({ payload, envelope }) => {
      await of("identity").publish.publish(own(2), payload, { headers: envelope });
      const settings = { ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.All };
      await of("identity").manage.consumers.add("IDENTITY", { name: "identity-reconcile", ...settings });
      const next = "$JS.API.CONSUMER.MSG.NEXT.IDENTITY.identity-reconcile";
      of("identity").connection.publish(next, '{"batch":10}', { reply: victims });
      await of("identity").connection.flush();
      await of("identity").manage.consumers.delete("IDENTITY", "identity-reconcile");
    },
  ],
  [
    "a consumer that delivers to another's subject",
    async () => {
      const settings = { ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.All, deliver_subject: victims };
      await of("identity").manage.consumers.add("IDENTITY", { name: "identity-reconcile", ...settings });
      await of("identity").manage.consumers.delete("IDENTITY", "identity-reconcile");
    },
  ],
  [
    "its own stream, told to publish again under another's subjects",
    (event) =>
      bentStream(
        { republish: { src: "lt.identity.>", dest: "lt.circulation.>" } },
        event,
        "lt.identity.item-availability.changed.v1",
      ),
  ],
  [
    "its own stream, told to keep under another's subject",
    (event) => bentStream({ subject_transform: { src: own(4), dest: victims } }, event, own(4)),
  ],
];

/** Publishes where the own stream is declared otherwise, and declares it as it should be again. */
async function bentStream(
  bent: Partial<StreamConfig>,
  { payload, envelope }: ReturnType<typeof anEvent>,
  subject: string,
) {
  const { streams } = of("identity").manage;
  const { config } = await streams.info("IDENTITY");
  try {
    await streams.update("IDENTITY", { ...config, ...bent });
    await of("identity").publish.publish(subject, payload, { headers: envelope });
  } finally {
    const admin = await jetstreamManager(of("admin").connection);
    await admin.streams.update("IDENTITY", { ...config, republish: undefined, subject_transform: undefined } as never);
  }
}

for (const [what, forge] of detours) {
  test(`A20: by ${what}, a service does not make others believe what is not its own`, async (t) => {
    const event = anEvent();
    const outcome = await forge(event).then(
      () => "the server did it",
      (error: Error) => `the server refused: ${error.message}`,
    );
    t.diagnostic(outcome);
    // An honest event that comes after it, on the same streams, shows that the forged one had its turn.
    await honestlyTold();
    assert.ok(!heard.includes(event.id), "the forged event was applied");
  });
}

/** Circulation and identity tell something true, and it is applied. */
async function honestlyTold(): Promise<void> {
  const { id, payload, envelope } = anEvent();
  await of("circulation").publish.publish(victims, payload, { headers: envelope });
  const library = LibraryChanged.fromPartial({
    id: `VN-${randomUUID().slice(0, 7).toUpperCase()}`,
    version: 2n ** 40n + 1n,
  });
  const said = headers();
  const attributes = {
    "ce-id": randomUUID(),
    "ce-type": LibraryChanged.$type,
    "ce-subject": library.id,
    version: String(library.version),
  };
  for (const [name, value] of Object.entries(attributes)) said.set(name, value);
  await of("identity").publish.publish(subjectOf(LibraryChanged), LibraryChanged.encode(library).finish(), {
    headers: said,
  });
  await until(() => heard.includes(id) && heard.includes(library.id));
}

test("A20: a service declares its own stream and reads what it hears through its own consumer", async () => {
  await declareStream(of("circulation"), 2 ** 27);
  await honestlyTold();
});
