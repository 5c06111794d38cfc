import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { command, query, upload } from "@lienthong/rpc/answer.ts";
import { notFound } from "@lienthong/rpc/fault.ts";
import { routes } from "../routes.ts";
import { anId, hanoi, hue } from "./builders.ts";
import { type OpenDoor, openDoorBefore } from "./stand-ins.ts";

/** Whoever is let in learns that there is nothing: a 404 tells that the question has reached the service. */
const reached = async (): Promise<never> => {
  throw notFound("thing");
};

let door: OpenDoor;
before(async () => {
  door = await openDoorBefore({
    catalogue: {
      startImport: upload(reached),
      getImport: query(reached),
      listQuarantine: query(reached),
      titleMapping: query(reached),
    },
    circulation: {
      checkOut: command(reached),
      checkIn: command(reached),
      renew: command(reached),
      placeHold: command(reached),
      cancelHold: command(reached),
      pickList: query(reached),
      myAccount: query(reached),
    },
  });
});
after(() => door.stop());

const bodies: Record<string, object> = {
  placeHold: { titleId: anId, pickupBranchId: anId },
  checkOut: { cardNumber: "TV1", itemId: anId },
  checkIn: { itemId: anId },
  renew: { loanId: anId },
};

type Someone = Parameters<OpenDoor["token"]>[0];

/** The status of each door that is not public, asked with a usable question. */
async function statuses(someone: Someone): Promise<Record<string, number>> {
  const authorization = `Bearer ${await door.token(someone)}`;
  const asked = routes.filter((route) => !route.public);
  const answers = asked.map(async ({ method, path, name, file }) => {
    const url = path.replace("{code}", hue).replace("{id}", anId);
    const key = method === "POST" ? { "idempotency-key": randomUUID() } : {};
    const type = file ? { "content-type": "application/marc" } : {};
    const answer = await door.app.inject({
      method,
      url: name === "exportTitleMapping" ? `${url}?library=${hue}` : url,
      headers: { authorization, ...key, ...type },
      ...(file ? { payload: Buffer.from("00026") } : bodies[name] ? { payload: bodies[name] } : {}),
    });
    if (answer.statusCode === 403) assert.equal(answer.json().code, "frame/not-allowed", name);
    return [name, answer.statusCode];
  });
  return Object.fromEntries(await Promise.all(answers));
}

const desk = ["checkOut", "checkIn", "renew", "cancelHold", "pickList"];
const cataloguer = ["startImport", "getImport", "listQuarantine"];
const manager = ["exportTitleMapping"];
const reader = ["placeHold", "cancelHold", "myAccount", "renew"];
const everybody: [who: string, someone: Someone, letIn: readonly string[]][] = [
  ["an account that is no person's", {}, []],
  ["a person without a role", { personId: anId }, reader],
  ["a desk's program", { client: "sample-desk", roles: [`librarian.desk@${hue}`] }, desk],
  ["a cataloguing program", { client: "sample-desk", roles: [`librarian.cataloguer@${hue}`] }, cataloguer],
  ["a managing program", { client: "sample-desk", roles: [`librarian.manager@${hue}`] }, manager],
  ["the ministry's program", { client: "sample-ministry", roles: ["agency.ministry", "ops"] }, []],
];
for (const [who, someone, letIn] of everybody) {
  test(`${who} is let in where their role opens and meets a 403 at every other door`, async () => {
    const found = await statuses(someone);
    const expected = Object.keys(found).map((name) => [name, letIn.includes(name) ? 404 : 403]);
    assert.deepEqual(found, Object.fromEntries(expected));
  });
}

test("every door that is not public opens to somebody", () => {
  const named = new Set([...desk, ...cataloguer, ...manager, ...reader]);
  const closed = routes.filter((route) => !route.public).map(({ name }) => name);
  assert.deepEqual([...named].sort(), closed.sort());
});

test("staff of another library meet a 403 at the doors that name this one", async () => {
  const roles = ["desk", "cataloguer", "manager"].map((role) => `librarian.${role}@${hanoi}`);
  const found = await statuses({ client: "sample-desk", roles });
  for (const name of ["pickList", "startImport", "exportTitleMapping"]) assert.equal(found[name], 403, name);
});
