import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Actor } from "@lienthong/auth/actor.ts";
import { may, type Permission } from "@lienthong/auth/permission.ts";
import type { Callable } from "@lienthong/rpc/callable.ts";
import { rules, secretsOf, type Try, triesOf } from "./asks.ts";
import { actorIn, tokenOf } from "./people.ts";
import { type AnyCalls, callsOf, closeChannels, definitionOf, rpcServices } from "./platform.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { hanoi, hue, readerOf, type Things, theThings } from "./stage.ts";

/**
 * Those in whose names every call is tried, each with the first library's and its reader's ids. The last four are those
 * whose things they are, each with the roles they have.
 */
const everyone: readonly { who: string; as?: string; at?: string; theirs?: true }[] = [
  { who: "nobody" },
  { who: "nobody, who names the library", at: hanoi.code },
  { who: "another reader", as: readerOf(1).username },
  { who: "another reader, who names the library", as: readerOf(1).username, at: hanoi.code },
  { who: "staff of another library", as: hue.librarian.username },
  { who: "staff of another library, who name this one", as: hue.librarian.username, at: hanoi.code },
  { who: "a desk's program at another library", as: "sample-desk", at: hue.code },
  { who: "the ministry", as: "setup" },
  { who: "the ministry, which names the library", as: "setup", at: hanoi.code },
  { who: "staff without the desk's role", as: "sample-cataloguer", at: hanoi.code, theirs: true },
  { who: "staff with the desk's role alone", as: "sample-desk", at: hanoi.code, theirs: true },
  { who: "the reader", as: readerOf(0).username, theirs: true },
  { who: "staff of the library", as: hanoi.librarian.username, at: hanoi.code, theirs: true },
];

let things: Things;
before(async () => {
  things = await theThings();
});
after(closeChannels);

async function* noParts(): AsyncGenerator<never> {}

type Heard = { outcome: string; said: string };

async function hear(name: Callable, call: string, ask: object, token: string | undefined, at: string | undefined) {
  const calls = callsOf(name, { ...(token === undefined ? {} : { token }), libraryId: at }) as unknown as AnyCalls;
  const asked = definitionOf(name)[call]!.requestStream ? noParts() : ask;
  return calls[call]!(asked).then(
    (reply): Heard => ({ outcome: "let in", said: JSON.stringify(reply, (_, value) => shown(value)) }),
    (error: unknown): Heard => {
      if (!(error instanceof CallFault)) throw error;
      // Who learns that the question is bad has been let in to ask it.
      const outcome = error.kind === "bad-input" ? "let in" : error.kind;
      return { outcome, said: `${error.message} ${JSON.stringify(error.fields)}` };
    },
  );
}

const shown = (value: unknown) => (typeof value === "bigint" ? value.toString() : value);

/** What must be heard: from the permission table where it does not let in, else from the row of the call. */
function expectedOf(actor: Actor, name: Callable, call: string, { stranger }: Try, theirs: boolean): string {
  const permission = rules[name][call];
  assert.ok(permission, `${name}.${call} has no row`);
  if (!may(actor, permission)) return actor.kind === "nobody" ? "no-token" : "not-allowed";
  if (isMinistrys(actor, permission)) return "let in";
  return theirs || stranger !== "not-found" ? "let in" : "not-found";
}

/** Which libraries there are and who works there is the ministry's own matter. */
const isMinistrys = (actor: Actor, permission: Permission | readonly Permission[]) =>
  actor.libraryId === null &&
  may(
    actor,
    [permission].flat().filter((cell) => "at" in cell && cell.at === "platform"),
  );

for (const name of rpcServices) {
  test(`A3: of ${name}'s calls none tells or changes another's things, and each serves those whose they are`, async () => {
    const tries: Record<string, Try> = triesOf(things)[name];
    assert.deepEqual(Object.keys(tries).sort(), Object.keys(definitionOf(name)).sort(), "a row for each call");
    const secrets = secretsOf(things, hanoi.librarian.name);
    const wrong: string[] = [];
    let cells = 0;
    for (const { who, as, at, theirs = false } of everyone) {
      for (const [call, row] of Object.entries(tries)) {
        const token = as === undefined ? undefined : await tokenOf(as);
        const actor = actorIn(token, at);
        // The reader's hold is given back at the end of all, so that the next run finds it.
        if (call === "cancelHold" && theirs) continue;
        const expected = expectedOf(actor, name, call, row, theirs);
        const ministrys = isMinistrys(actor, rules[name][call]!);
        const heard = await hear(name, call, ((theirs || ministrys) && row.theirs) || row.ask, token, at);
        cells += 1;
        if (expected !== heard.outcome) wrong.push(`${call} by ${who}: ${heard.outcome}, expected ${expected}`);
        if (theirs || ministrys || row.stranger === "everybody's") continue;
        const told = secrets.filter((secret) => heard.said.includes(secret));
        if (told.length > 0) wrong.push(`${call} tells ${who} ${told.join(", ")}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(cells >= 12 * Object.keys(tries).length, `${cells} cells were tried`);
  });
}

test("A3: what was tried on the reader's loan and hold changed neither, and the reader may end the hold", async () => {
  const { myAccount, cancelHold } = callsOf("circulation", { token: await tokenOf(readerOf(0).username) });
  const mine = await myAccount({});
  assert.ok(mine.loans.some(({ id }) => id === things.loanId));
  assert.ok(mine.holds.some(({ id }) => id === things.holdId));
  assert.equal((await cancelHold({ holdId: things.holdId })).outcome?.$case, "hold");
});
