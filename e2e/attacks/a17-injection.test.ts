import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answered } from "@lienthong/rpc/refusal.ts";
import { triesOf } from "./asks.ts";
import { tokenOf } from "./people.ts";
import { callsOf, closeChannels, definitionOf, gateway, outcomeOf, rpcServices } from "./platform.ts";
import { callsOfOneWhoMay, oneTextChanged } from "./questions.ts";
import { hanoi, type Things, theThings } from "./stage.ts";

let things: Things;
before(async () => {
  things = await theThings();
});
after(closeChannels);

const statements = [
  "' or '1'='1",
  "'; drop table loan; --",
  "1); select pg_sleep(3); --",
  "'||(select pg_sleep(3)::text)||'",
  "$1 ${1} {{7*7}}",
  "%' or title like '%",
  "\\'||(select current_user)||'",
  '{"$gt":""}',
  "\u0000",
];

// A statement that is run sleeps three seconds, each time it is asked; nothing else takes half as long twice.
const sleptMs = 1_500;

for (const name of rpcServices) {
  test(`A17: no text in any question to ${name} is taken for a part of a statement`, async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const [call, { ask }] of Object.entries(triesOf(things)[name])) {
      if (definitionOf(name)[call]!.requestStream) continue;
      for (const text of statements) {
        const calls = await callsOfOneWhoMay(name, call);
        for (const [field, question] of oneTextChanged(text, ask)) {
          const outcome = async () => {
            const began = performance.now();
            return { kind: await outcomeOf(calls[call]!(question)), slept: performance.now() - began >= sleptMs };
          };
          const first = await outcome();
          const slept = text.includes("pg_sleep") && first.slept && (await outcome()).slept;
          asked += 1;
          if (first.kind === "fault" || slept)
            wrong.push(`${call} with ${text} as ${field}: ${slept ? "slept" : "fault"}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(asked > 100, `${asked} questions`);
  });
}

const whole = { query: "a", size: 5, after: "", facets: [], sort: "", withoutFacets: false };
const search = (query: string) => callsOf("catalogue").search({ ...whole, query });

test("A17: what the search engine would take for its language is looked for as it is typed", async () => {
  const typed = [
    "title_whole:*",
    "_exists_:title",
    "*:*",
    "truyện*",
    "tru?ện",
    "/tru.*n/",
    "kiều~2",
    "kiều^100",
    "(a AND b) OR NOT c",
    "[* TO *]",
    "hit.holdings.libraryId:VN-000001P",
    "patron.name:Minh",
    '{"script":{"source":"java.lang.Runtime"}}',
    "ctx._source",
    `"${'"'.repeat(300)}`,
  ];
  const everything = (await search("")).total;
  for (const query of typed) {
    const found = await search(query);
    // Signs are no words: what is left is looked for, and no sign stands for all titles.
    if (/\p{L}{3}/u.test(query)) assert.ok(found.total < everything, `${query} finds ${found.total}`);
  }
  assert.ok((await search('"Truyện Kiều"')).total > 0n);
  assert.ok((await search("truyen kieu")).total > 0n);
});

test("A17: facets, sorting and places of pages are those that there are; a question has an end", async () => {
  const token = async (place: unknown[]) => {
    const first = await callsOf("catalogue").search({ ...whole, size: 1 });
    const [hash] = JSON.parse(Buffer.from(first.next, "base64url").toString() || "[]") as string[];
    return Buffer.from(JSON.stringify([hash, ...place])).toString("base64url");
  };
  const refused: Record<string, object> = {
    "a facet that is no facet": { ...whole, facets: [{ name: "patron.name", values: ["x"] }] },
    "a facet that is the engine's": { ...whole, facets: [{ name: "_id", values: ["x"] }] },
    "a sorting that is a script": { ...whole, sort: '{"_script":{"type":"number"}}' },
    "a sorting by another field": { ...whole, sort: "hit.holdings.libraryId" },
    "a thousand values": {
      ...whole,
      facets: [{ name: "kind", values: Array.from({ length: 1_000 }, (_, n) => `k${n}`) }],
    },
    "a thousand facets": { ...whole, facets: Array.from({ length: 1_000 }, () => ({ name: "kind", values: ["x"] })) },
    "a page of a million": { ...whole, size: 1_000_000 },
    "a place that is an object": { ...whole, after: await token([{ a: 1 }, { b: 2 }, { c: 3 }]) },
    "a place of other kinds": { ...whole, after: await token(["x", "y", 3]) },
    "a place of lists": { ...whole, after: await token([[1], [2], [3]]) },
    "a place without bounds": { ...whole, after: await token([1e308, 1e308, "x".repeat(1_000)]) },
    "a place of nothing": { ...whole, after: await token([null, null, null]) },
    "a place of the old token": { ...whole, after: Buffer.from("[]").toString("base64url") },
    "a place that is no token": { ...whole, after: "%%%" },
  };
  for (const [what, ask] of Object.entries(refused)) {
    const outcome = await outcomeOf(callsOf("catalogue").search(ask as never));
    assert.ok(outcome === "bad-input" || (outcome === "let in" && what.includes("bounds")), `${what}: ${outcome}`);
  }
  // A thousand words are cut to those that a person types; the answer comes as fast as any.
  const words = Array.from({ length: 250 }, (_, n) => String.fromCharCode(97 + (n % 26))).join(" ");
  assert.equal(await outcomeOf(search(words)), "let in");
  assert.equal((await gateway(`/api/v1/titles?q=${"a+".repeat(400)}`)).status, 400);
});

test("A17: what the gateway is asked with is checked before it goes anywhere, and paths lead nowhere else", async () => {
  const token = await tokenOf("sample-desk");
  const paths = [
    "/api/v1/titles/u%27%20or%201=1",
    "/api/v1/titles/..%2f..%2fmetrics",
    "/api/v1/libraries/%2e%2e%2f%2e%2e",
    "/api/v1/imports/1;select%201",
    "/api/v1/titles?q=a&sort=_score:desc",
    "/api/v1/titles?q=a&year=2000%27--&kind[$ne]=x",
    "/api/v1/titles?q=a&library=VN-000001P%27--",
  ];
  for (const path of paths) {
    const { status } = await gateway(path, token, { headers: { library: hanoi.code } });
    assert.ok([400, 403, 404].includes(status), `${path}: ${status}`);
  }
  assert.equal((await gateway("/api/v1/titles?q=ki%E1%BB%81u&year=2005&sort=title")).status, 200);
});

test("A17: names with the signs of statements are names", async () => {
  const { getTitle } = callsOf("catalogue");
  const title = answered(await getTitle({ id: things.titleId }));
  assert.ok("items" in title);
  // A librarian's search for a name that holds an apostrophe is served.
  assert.equal(await outcomeOf(search("O'Reilly; L'Espoir -- 100%_")), "let in");
});
