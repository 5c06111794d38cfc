import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { upload } from "@lienthong/rpc/answer.ts";
import { outcome, refusals } from "@lienthong/rpc/refusal.ts";
import { until } from "@lienthong/testing/until.ts";
import { anId, anImport, hanoi, hue } from "./builders.ts";
import { type OpenDoor, openDoorBefore } from "./stand-ins.ts";

const refuse = refusals("catalogue.start-import", { "not-marc": "The file is neither ISO 2709 nor MARCXML." });
const mebibyte = 1_048_576;

/** What catalogue has seen of the file under way. */
let seen = { name: "", encoding: "", bytes: 0, hash: "", whole: false, broken: false };
/** Catalogue reads on only when this is fulfilled. */
let mayRead: Promise<unknown> = Promise.resolve();

let door: OpenDoor;
let address = "";
before(async () => {
  const bytesMax = 60 * mebibyte;
  const startImport = upload<{ part?: unknown }, never>(async (parts, caller) => {
    const hash = createHash("sha256");
    try {
      for await (const { part } of parts as AsyncIterable<{ part: { $case: string; value: never } }>) {
        if (part.$case === "file") {
          Object.assign(seen, part.value);
          if (seen.name === "letter.docx") return outcome(refuse("not-marc"), "import", anImport) as never;
          await mayRead;
        } else {
          seen.bytes += (part.value as Uint8Array).length;
          hash.update(part.value);
        }
      }
    } catch (error) {
      seen.broken = true;
      throw error;
    }
    seen.whole = true;
    seen.hash = hash.digest("hex");
    const made = anImport({ fileName: seen.name, sizeBytes: BigInt(seen.bytes) });
    return caller.as(async () => outcome(made, "import", (one) => one)) as never;
  });
  door = await openDoorBefore({ catalogue: { startImport: startImport as never } }, bytesMax);
  address = await door.app.listen({ port: 0, host: "127.0.0.1" });
});
after(() => door.stop());
beforeEach(() => {
  seen = { name: "", encoding: "", bytes: 0, hash: "", whole: false, broken: false };
  mayRead = Promise.resolve();
});

const cataloguer = { account: "hoa", roles: [`librarian.cataloguer@${hue}`] };

async function send(
  body: ReadableStream | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  at = hue,
  someone = cataloguer,
) {
  return fetch(`${address}/api/v1/libraries/${at}/imports`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await door.token(someone)}`,
      "idempotency-key": randomUUID(),
      "content-type": "application/marc",
      ...headers,
    },
    body,
    duplex: "half",
  } as RequestInit);
}

/** A file made as it is read, so that what was taken of it so far can be told from what has arrived. */
function aFile(mebibytes: number) {
  const made = { bytes: 0 };
  const hash = createHash("sha256");
  const body = new ReadableStream(
    {
      pull(stream) {
        if (made.bytes === mebibytes * mebibyte) return stream.close();
        const chunk = new Uint8Array(mebibyte).fill(made.bytes / mebibyte);
        made.bytes += chunk.length;
        hash.update(chunk);
        stream.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  return { body, made, hash: () => hash.digest("hex") };
}

test("a file of 50 MB goes through as fast as catalogue reads it, and never lies here as a whole", async () => {
  let read = () => {};
  mayRead = new Promise<void>((resolve) => {
    read = resolve;
  });
  const { body, made, hash } = aFile(50);
  const answer = send(body, { "content-disposition": "attachment; filename*=UTF-8''S%C3%A1ch%202026.mrc" });
  await until(
    () => made.bytes,
    (bytes) => bytes > mebibyte,
  );
  // While catalogue reads nothing the sender must come to a stand: the same number seen many times over.
  let last = -1;
  let same = 0;
  await until(
    () => {
      same = made.bytes === last ? same + 1 : 0;
      last = made.bytes;
      return same;
    },
    (times) => times >= 25,
  );
  assert.ok(made.bytes < 25 * mebibyte, `${made.bytes} bytes were taken from the sender and not read by anybody`);
  read();
  const sent = await answer;
  assert.equal(sent.status, 202, await sent.clone().text());
  assert.equal(sent.headers.get("location"), `/api/v1/imports/${anId}`);
  assert.deepEqual([seen.bytes, seen.hash, seen.name], [50 * mebibyte, hash(), "Sách 2026.mrc"]);
  const shown = (await sent.json()) as Record<string, unknown>;
  assert.deepEqual([shown.state, shown.library, shown.sizeBytes], ["waiting", hue, 50 * mebibyte]);
});

/** Sends the head of a request with a file of this size, and of the file only its begin. */
async function begin(sizeBytes: number, content: string) {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  const headers = [
    `POST /api/v1/libraries/${hue}/imports?name=half.mrc HTTP/1.1`,
    `Host: ${hostname}`,
    `Authorization: Bearer ${await door.token(cataloguer)}`,
    `Idempotency-Key: ${randomUUID()}`,
    "Content-Type: application/marc",
    `Content-Length: ${sizeBytes}`,
  ];
  socket.write(`${headers.join("\r\n")}\r\n\r\n${content}`);
  return socket;
}

test("a file that breaks off on its way is not taken for a whole one", async () => {
  const socket = await begin(1_000_000, "0".repeat(300_000));
  await until(
    () => seen.bytes,
    (bytes) => bytes === 300_000,
  );
  socket.destroy();
  await until(() => seen.broken);
  assert.equal(seen.whole, false);
});

test("a file that is said to be larger than allowed is refused before it is sent", async () => {
  const socket = await begin(61 * mebibyte, "0");
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  assert.match(answer.toString(), /^HTTP\/1\.1 413 /);
  assert.match(answer.toString(), /"code":"frame\/too-large"/);
  assert.equal(seen.whole, false);
});

test("a file that grows larger than allowed is refused on its way", async () => {
  // The door says 413 and closes; a sender in the midst of its file may see only that it closed.
  const answer = await send(aFile(70).body).then(
    ({ status }) => status,
    () => "cut off",
  );
  assert.ok(answer === 413 || answer === "cut off", String(answer));
  await until(() => seen.broken);
  assert.equal(seen.whole, false);
});

test("A4: a file sent again under its key is taken once; another file under that key is refused and changes nothing", async () => {
  const key = { "idempotency-key": randomUUID() };
  const file = new Uint8Array(300_000).fill(65);
  const first = await send(file, key);
  assert.equal(first.status, 202);
  seen.bytes = 0;
  const again = await send(file, key);
  assert.deepEqual([again.status, await again.json()], [202, await first.json()]);
  const other = await send(new Uint8Array(300_000).fill(66), key);
  assert.equal(other.status, 409);
  assert.equal(((await other.json()) as { code: string }).code, "frame/request-id-reused");
  assert.equal(seen.bytes, 0, "what came again was handed to nobody");
});

test("a sender learns of a refusal though it is still sending", async () => {
  const { body } = aFile(20);
  const answer = await send(body, { "content-disposition": 'attachment; filename="C:\\\\letters\\\\letter.docx"' });
  assert.equal(answer.status, 422);
  assert.equal(((await answer.json()) as { code: string }).code, "catalogue.start-import/not-marc");
  assert.equal(seen.whole, false);
});

test("only a cataloguer of the library brings files in, of kinds that are known", async () => {
  const few = new Uint8Array([48, 48]);
  const desk = { account: "lan", roles: [`librarian.desk@${hue}`] };
  const cases: [string, () => Promise<Response>, number][] = [
    ["another library's", () => send(few, {}, hanoi), 403],
    ["a desk", () => send(few, {}, hue, desk), 403],
    ["a picture", () => send(few, { "content-type": "image/png" }), 415],
    ["XML", () => send(few, { "content-type": "application/marcxml+xml; charset=utf-8" }), 202],
    ["bytes of any kind", () => send(few, { "content-type": "application/octet-stream" }), 202],
    ["a name that cannot be read", () => send(few, { "content-disposition": "attachment; filename*=UTF-8''%ff" }), 400],
  ];
  for (const [what, ask, status] of cases) assert.equal((await ask()).status, status, what);
});
