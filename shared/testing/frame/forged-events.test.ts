import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { applyEvents } from "@lienthong/bus/apply.ts";
import { consumer, type Envelope, Undecodable } from "@lienthong/bus/consumer.ts";
import { subjectOf } from "@lienthong/bus/event.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import { LoanChanged } from "@lienthong/proto/circulation/v1/events.ts";
import { LoanState } from "@lienthong/proto/circulation/v1/states.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import { type TestDatabase, testDatabase } from "../test-database.ts";

let made: TestDatabase;
let database: Database;
before(async () => {
  made = await testDatabase("frame", import.meta.dirname);
  database = openDatabase(made.app, () => {});
});
after(async () => {
  await database.close();
  await made.drop();
});

const log = openLog("frame", "silent");
const heard: string[] = [];
const onLoanChanged = consumer(LoanChanged, async (_tx, { id }) => void heard.push(id));
const hear = (event: Envelope) => applyEvents(database, "catalogue", [onLoanChanged], [event], log);

/** An event as circulation publishes it; `bent` says otherwise. */
function anEvent(bent: { subject?: string; headers?: Record<string, string> } = {}): Envelope {
  const loan: LoanChanged = {
    id: randomUUID(),
    version: 2n ** 40n,
    libraryId: "VN-000001P",
    patronCategory: "ADULT",
    state: LoanState.OPEN,
    dueAt: undefined,
    renewals: 0,
  };
  return {
    id: randomUUID(),
    subject: bent.subject ?? subjectOf(LoanChanged),
    aggregate: loan.id,
    version: loan.version,
    headers: { "ce-type": LoanChanged.$type, ...bent.headers },
    payload: LoanChanged.encode(loan).finish(),
  };
}

const forgeries: [what: string, event: Envelope][] = [
  ["on a subject of another service, which may publish there", anEvent({ subject: "lt.identity.loan.changed.v1" })],
  ["on another subject of its owner", anEvent({ subject: "lt.circulation.hold.changed.v1" })],
  ["put onto the owner's subject by somebody's stream", anEvent({ headers: { "Nats-Stream": "IDENTITY" } })],
  ["drawn from somebody's stream", anEvent({ headers: { "Nats-Stream-Source": "IDENTITY 1" } })],
];
for (const [what, event] of forgeries) {
  test(`A20: an event ${what} is not believed`, async () => {
    await assert.rejects(hear(event), Undecodable);
    assert.ok(!heard.includes(event.aggregate));
    const { rows } = await database.frame.query("select from inbox where event_id = $1", [event.id]);
    assert.equal(rows.length, 0);
  });
}

test("A20: the same event on its owner's subject is applied", async () => {
  const event = anEvent();
  await hear(event);
  assert.ok(heard.includes(event.aggregate));
});
