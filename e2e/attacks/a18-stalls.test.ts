import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { triesOf } from "./asks.ts";
import { tokenOf } from "./people.ts";
import {
  closeChannels,
  definitionOf,
  figuresOf,
  gateway,
  outcomeOf,
  type ProcessName,
  rpcServices,
} from "./platform.ts";
import { callsOfOneWhoMay, oneTextChanged } from "./questions.ts";
import { hanoi, type Things, theThings } from "./stage.ts";

let things: Things;
before(async () => {
  things = await theThings();
});
after(closeChannels);

const stallMsMax = 50;
const triesMax = 4;

/**
 * The longest that a process can have kept everybody waiting while this was asked: its event loop's longest delay, as it
 * measures it by itself, or the processor's time it took, whichever is less. On a machine at its limits the first is the
 * machine's doing; so is whatever else was asked meanwhile, and the best of some tries is taken.
 */
async function stallOf(name: ProcessName, asked: () => Promise<unknown>, triesAtMost = triesMax): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < triesAtMost && least > stallMsMax; tries += 1) {
    const look = () => figuresOf(name, ["process_cpu_seconds_total", "nodejs_eventloop_lag_max_seconds"]);
    const [usedBefore = 0] = await look();
    await asked();
    const [used = 0, delay = 0] = await look();
    least = Math.min(least, 1_000 * Math.min(used - usedBefore, delay));
  }
  return Math.round(least);
}

const long = 200_000;
/** Texts over which careless patterns and loops stumble, and the one that Unicode makes eighteen times as long. */
const texts = {
  letters: "a".repeat(long),
  blanks: `${" ".repeat(long)}x`,
  digits: `${"1".repeat(long)}!`,
  quotes: '"'.repeat(long),
  hyphens: "-".repeat(long),
  marks: `a${"\u0301\u0323".repeat(long / 2)}`,
  ligatures: "\ufdfa".repeat(long / 4),
  "marked letters": "ế".repeat(long / 2),
};

// With these a question is usable but for the one text that is changed, so that what follows the first checks looks at it too.
const usable: Record<string, object> = {
  registerLibrary: { name: "Thư viện phép thử", from: "2020-01-01" },
  changeLibraryFact: { attribute: "name", source: "phép thử" },
  makeAccount: { personId: "", fullName: "Người Thử", username: "phep-thu", password: "mot mat khau that dai" },
};

/** Answers with which nobody has looked at the text: it was too much to be sent, or somebody else's to ask. */
const unseen = new Set(["busy", "not-allowed", "no-token", "unavailable"]);

for (const name of rpcServices) {
  test(`A18: no text, however long, keeps others waiting at ${name}`, async () => {
    const wrong: string[] = [];
    for (const [call, { ask }] of Object.entries(triesOf(things)[name])) {
      if (definitionOf(name)[call]!.requestStream) continue;
      const calls = await callsOfOneWhoMay(name, call);
      const questions = Object.entries(texts).flatMap(([what, text]) =>
        [...oneTextChanged(text, { ...ask, ...usable[call] })].map(([field, question]) => ({
          what: `${call} with ${what} as ${field}`,
          question,
        })),
      );
      const put = async ({ what, question }: (typeof questions)[number]) => {
        const outcome = await outcomeOf(calls[call]!(question));
        if (unseen.has(outcome)) wrong.push(`${what}: ${outcome}`);
      };
      const putAll = async () => {
        for (const one of questions) await put(one);
      };
      // Where none of them in a row keeps anybody waiting, none does alone.
      if (questions.length === 0 || (await stallOf(name, putAll, 1)) <= stallMsMax) continue;
      for (const one of questions) {
        const stall = await stallOf(name, () => put(one));
        if (stall > stallMsMax) wrong.push(`${one.what}: ${stall} ms`);
      }
    }
    assert.deepEqual(wrong, []);
  });
}

test("A18: deep, wide and long JSON, queries and headers are refused by the gateway in no time", async () => {
  const token = await tokenOf("sample-desk");
  const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  const wide = `{${Array.from({ length: 50_000 }, (_, n) => `"k${n}":1`).join(",")}}`;
  const same = `{${Array.from({ length: 50_000 }, () => '"a":1').join(",")}}`;
  const bodies = {
    deep,
    wide,
    same,
    long: JSON.stringify({ barcode: texts.marks }),
    blanks: `${" ".repeat(500_000)}{}`,
  };
  const post = (body: string) =>
    gateway("/api/v1/check-ins", token, {
      method: "POST",
      headers: { "content-type": "application/json", library: hanoi.code },
      body,
    });
  for (const [what, body] of Object.entries(bodies)) {
    let status = 0;
    const stall = await stallOf("gateway", async () => {
      // Who is refused after the first of it may find the line closed while they still send.
      status = await post(body).then(
        ({ status: code }) => code,
        () => 413,
      );
    });
    assert.ok([400, 413].includes(status), `${what}: ${status}`);
    assert.ok(stall <= stallMsMax, `${what}: ${stall} ms`);
  }
  const query = `/api/v1/titles?${Array.from({ length: 1_000 }, (_, n) => `k${n}=1`).join("&")}`;
  const stall = await stallOf("gateway", () => gateway(query));
  assert.ok(stall <= stallMsMax, `a query of many names: ${stall} ms`);
  assert.notEqual((await post(JSON.stringify({ barcode: "không có" }))).status, 400);
});
