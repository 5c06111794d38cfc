import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { ImportState } from "@lienthong/proto/catalogue/v1/service.ts";
import { isRefusal } from "@lienthong/rpc/refusal.ts";
import { closeChannels, gateway } from "./platform.ts";
import { tokenOf } from "./people.ts";
import { imported, importEnded, importStarted } from "./records.ts";
import type { Document, ReadXml } from "./read-xml.ts";
import { hanoi } from "./stage.ts";

let visits = 0;
const lure = createServer((_request, response) => {
  visits += 1;
  response.end("<!ENTITY % all \"<!ENTITY taken SYSTEM 'file:///etc/passwd'>\">%all;");
});
let lureUrl = "";
before(async () => {
  await new Promise<void>((listening) => lure.listen(0, "127.0.0.1", listening));
  lureUrl = `http://127.0.0.1:${(lure.address() as AddressInfo).port}/evil.dtd`;
});
after(() => {
  lure.close();
  closeChannels();
});

const open = `<?xml version="1.0" encoding="UTF-8"?>`;
const leader = "<leader>00000nam a2200000 a 4500</leader>";
const record = (title: string, number = "A14") =>
  `<record>${leader}<controlfield tag="001">${number}</controlfield>` +
  `<datafield tag="245" ind1=" " ind2=" "><subfield code="a">${title}</subfield></datafield></record>`;
const whole = (title: string, dtd = "") => `${open}${dtd}<collection>${record(title)}</collection>`;
const one = (text: string): Document => [[text, 1]];

const laughs = Array.from({ length: 10 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join("");

/** The doors look as far as the first record; what stands behind it is met by the import, which ends there and says why. */
const metLate = "a type after the first record";

/** Documents with a type declaration, or that hide one: the whole file is refused. */
const declared = (): Record<string, Document> => ({
  "an external entity": one(whole("&x;", `<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]>`)),
  "an entity on the net": one(whole("&x;", `<!DOCTYPE c [<!ENTITY x SYSTEM "${lureUrl}">]>`)),
  "an external type": one(whole("x", `<!DOCTYPE c SYSTEM "${lureUrl}">`)),
  "a public type": one(whole("x", `<!DOCTYPE c PUBLIC "-//x" "${lureUrl}">`)),
  "a parameter entity": one(whole("&taken;", `<!DOCTYPE c [<!ENTITY % p SYSTEM "${lureUrl}"> %p;]>`)),
  "a billion laughs": one(whole("&l10;", `<!DOCTYPE c [<!ENTITY l0 "ha">${laughs}]>`)),
  "a quadratic blow-up": [
    [`${open}<!DOCTYPE c [<!ENTITY a "`, 1],
    ["a", 100_000],
    [`">]><collection>${record("&a;".repeat(1_000))}</collection>`, 1],
  ],
  "a declaration without a type": one(
    `${open}<collection><!ENTITY x SYSTEM "file:///etc/passwd">${record("&x;")}</collection>`,
  ),
  [metLate]: one(
    `${open}<collection>${record("Sách thử XML", "A14-XML")}<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]>${record("&x;")}</collection>`,
  ),
  "a type inside a record": one(
    `${open}<collection><record><!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]>${leader}</record></collection>`,
  ),
  "a type in small letters": one(whole("x", "<!doctype c>")),
});

/** Documents without one that try to cost much. What cannot be read is set aside. */
const costly: Record<string, Document> = {
  "an entity that nobody has declared": one(whole("&passwd;")),
  "an attribute of 16 MB": [
    [`${open}<collection><record a="`, 1],
    ["a", 16_000_000],
    [`">${leader}</record>`, 1],
  ],
  "a hundred thousand attributes": [
    [`${open}<collection><record `, 1],
    [` ab="1"`, 100_000],
    [`>${leader}</record></collection>`, 1],
  ],
  "a hundred thousand different attributes": one(
    `${open}<collection><record ${Array.from({ length: 60_000 }, (_, n) => `a${n}="1"`).join(" ")}>${leader}</record></collection>`,
  ),
  "elements nested 100,000 deep": [
    [`${open}<collection><record>${leader}`, 1],
    ["<a>", 100_000],
    ["</a>", 100_000],
    ["</record></collection>", 1],
  ],
  "elements nested without end outside a record": [
    [`${open}<collection>`, 1],
    ["<a>", 1_000_000],
  ],
  "records that open and never close": [
    [`${open}<collection>`, 1],
    ["<record>", 500_000],
  ],
  "comments that never close": [
    [`${open}<collection><record>`, 1],
    ["<!--", 2_000_000],
  ],
  "instructions that never close": [
    [`${open}<collection>`, 1],
    ["<?", 2_000_000],
  ],
  "texts of CDATA that never close": [
    [`${open}<collection><record>`, 1],
    ["<![CDATA[", 1_000_000],
  ],
  "a text of 16 MB": [
    [`${open}<collection><record>${leader}`, 1],
    ["a", 16_000_000],
    ["</record></collection>", 1],
  ],
  "a name of 16 MB": [
    [`${open}<collection><`, 1],
    ["a", 16_000_000],
    ["/>", 1],
  ],
  "blanks of 16 MB": [
    [`${open}<collection><record `, 1],
    [" ", 16_000_000],
    [">", 1],
  ],
  "references to characters": [
    [`${open}<collection><record>${leader}<datafield tag="245" ind1=" " ind2=" "><subfield code="a">`, 1],
    ["&#x41;", 150_000],
    ["</subfield></datafield></record></collection>", 1],
  ],
  "a reference to no character": one(whole("&#1114112;&#x0;&#99999999999;")),
  "namespaces by the thousand": one(
    `${open}<collection ${Array.from({ length: 20_000 }, (_, n) => `xmlns:n${n}="urn:${n}"`).join(" ")}>${record("x")}</collection>`,
  ),
  "an inclusion": one(
    whole(`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>`),
  ),
  "a style sheet": one(
    `${open}<?xml-stylesheet href="file:///etc/passwd" type="text/xsl"?><collection>${record("x")}</collection>`,
  ),
};

const child = promisify(execFile);
async function reading(document: Document): Promise<ReadXml> {
  const script = join(import.meta.dirname, "read-xml.ts");
  const running = child(process.execPath, [script], { maxBuffer: 1 << 26 });
  running.child.stdin?.end(JSON.stringify(document));
  const { stdout } = await running;
  return JSON.parse(stdout) as ReadXml;
}

// What one document may cost at most.
const bounds = { ms: 1_000, grownMiB: 64 };

test("A14: a document with a type declaration is refused as a whole, and nobody goes where it points", async (t) => {
  for (const [what, document] of Object.entries(declared())) {
    const { refused, read, ms, grownMiB } = await reading(document);
    assert.equal(refused, "doctype", what);
    assert.ok(!read.join().includes("root:"), what);
    assert.ok(ms <= bounds.ms && grownMiB <= bounds.grownMiB, `${what}: ${ms} ms, ${grownMiB} MiB`);
    t.diagnostic(`${what}: ${ms} ms, ${grownMiB} MiB`);
  }
  assert.equal(visits, 0);
});

test("A14: what is huge, deep or without end costs little, and its neighbours are read", async (t) => {
  for (const [what, document] of Object.entries(costly)) {
    const first = await reading(document);
    const { read, ms, grownMiB } = first.ms <= bounds.ms ? first : await reading(document);
    assert.ok(!read.join().includes("root:"), what);
    assert.ok(ms <= bounds.ms, `${what}: ${ms} ms`);
    assert.ok(grownMiB <= bounds.grownMiB, `${what}: ${grownMiB} MiB`);
    t.diagnostic(`${what}: ${ms} ms, ${grownMiB} MiB`);
  }
  const { read } = await reading([
    [`${open}<collection>`, 1],
    [
      `<record>${leader}<datafield tag="245" ind1=" " ind2=" "><subfield code="a">&passwd;</subfield></datafield></record>`,
      1,
    ],
    [`${record("Số đỏ")}</collection>`, 1],
  ]);
  assert.deepEqual(read, ["Số đỏ"]);
});

test("A14: through the doors such a file is refused with its reason and nothing of this machine, and an honest one taken", async () => {
  const token = await tokenOf("sample-cataloguer");
  const send = (text: string) =>
    gateway(`/api/v1/libraries/${hanoi.code}/imports?name=a14.xml`, token, {
      method: "POST",
      headers: { "content-type": "application/marcxml+xml" },
      body: text,
    });
  for (const [what, document] of Object.entries(declared())) {
    const text = document.map(([part, times]) => part.repeat(times)).join("");
    const answer = await send(text);
    const said = await answer.text();
    assert.ok(!said.includes("root:"), what);
    assert.equal(answer.status, what === metLate ? 202 : 422, `${what}: ${said}`);
    if (what === metLate) {
      const { state, failure } = await importEnded(hanoi.code, (JSON.parse(said) as { id: string }).id);
      assert.deepEqual([state, failure], [ImportState.FAILED, "catalogue.run-import/unreadable"]);
    } else assert.match(said, /"looksLike":"doctype"/);
  }
  const started = await importStarted(hanoi.code, Buffer.from(whole("&x;", `<!DOCTYPE c SYSTEM "${lureUrl}">`)));
  assert.ok(isRefusal(started));
  const honest = await imported(
    hanoi.code,
    Buffer.from(whole("Sách thử XML").replace(">A14<", ">A14-XML<")),
    "a14.xml",
  );
  assert.deepEqual([honest.state, honest.quarantined], [ImportState.FINISHED, 0n]);
  assert.equal(visits, 0);
});
