import { type SaxesTag, SaxesParser } from "saxes";
import { decide } from "../encodings/decide.ts";
import type { Encoding } from "../encodings/encoding.ts";
import type { ReadRecord } from "../iso2709/read-record.ts";
import { mend } from "../mend/mend.ts";
import type { Fault, Repair } from "../quarantine.ts";
import type { DataField, MarcRecord } from "../record.ts";

/** Reads the bytes of one MARCXML `record` element, which begin at `offset` of the file. */
export function readXmlRecord(bytes: Buffer, offset: number, chosen?: Encoding): ReadRecord | Fault {
  const repairs: Repair[] = [];
  const decision = decide(bytes, () => highStretches(bytes), "a", chosen);
  if (!decision.decided) return { reason: "undecodable", detail: decision.detail, readings: decision.readings };
  if (decision.encoding !== "ascii" && decision.encoding !== "utf-8") {
    repairs.push({ kind: "encoding", detail: `${decision.contradicts ?? "the text is not UTF-8"}.` });
  }
  const raw = decision.read(bytes);
  // XML forbids these characters altogether; programs write them nevertheless.
  const text = raw.replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, "");
  if (text !== raw)
    repairs.push({ kind: "control-characters", detail: "control characters that XML forbids taken out" });
  const building: Building = { record: { leader: "", control: [], fields: [] }, repairs, depth: 0, text: "" };
  const parser = new SaxesParser({ position: true });
  try {
    parser.on("error", (error) => {
      throw new NotWellFormed(error.message.replace(/^\d+:\d+: /, ""));
    });
    parser.on("opentag", (tag) => opened(building, tag));
    parser.on("text", (chunk) => {
      building.text += chunk;
    });
    parser.on("cdata", (chunk) => {
      building.text += chunk;
    });
    parser.on("closetag", (tag) => closed(building, localName(tag.name)));
    parser.write(text).close();
  } catch (error) {
    if (!(error instanceof NotWellFormed)) throw error;
    const place = offset + Buffer.byteLength(text.slice(0, parser.position));
    return { reason: "bad-xml", detail: `${error.message} (about byte ${place} of the file).` };
  }
  const { record } = building;
  if (record.leader.length !== 24) {
    repairs.push({
      kind: "leader",
      detail: `The leader has ${record.leader.length} characters; blanks or a cut made them 24.`,
    });
    record.leader = record.leader.slice(0, 24).padEnd(24);
  }
  const mended = mend(record, decision.encoding);
  if (!Array.isArray(mended)) return mended;
  return { record, encoding: decision.encoding, repairs: repairs.concat(mended) };
}

class NotWellFormed extends Error {}

type Building = {
  record: MarcRecord;
  repairs: Repair[];
  depth: number;
  text: string;
  control?: string;
  field?: DataField;
  code?: string;
};

// record, datafield, subfield and what somebody may have put inside; deeper nesting is an attack, not a record.
const depthMax = 16;

function opened(building: Building, tag: SaxesTag): void {
  building.depth += 1;
  if (building.depth > depthMax) throw new NotWellFormed("Elements are nested too deeply");
  building.text = "";
  const attributes = tag.attributes as Record<string, string>; // strings where namespaces are not resolved
  switch (localName(tag.name)) {
    case "controlfield":
      building.control = tagOf(attributes, "controlfield");
      break;
    case "datafield": {
      const field = {
        tag: tagOf(attributes, "datafield"),
        ind1: one(attributes["ind1"]),
        ind2: one(attributes["ind2"]),
        subfields: [],
      };
      building.field = field;
      building.record.fields.push(field);
      break;
    }
    case "subfield":
      building.code = attributes["code"] ?? "";
      break;
  }
}

function closed(building: Building, name: string): void {
  building.depth -= 1;
  const { record, text, field } = building;
  if (name === "leader") record.leader = text.replace(/[^ -~]/g, " ");
  else if (name === "controlfield" && building.control) record.control.push({ tag: building.control, value: text });
  else if (name === "subfield" && field && building.code !== undefined) {
    const coded = /^[!-~]$/.test(building.code);
    if (!coded)
      building.repairs.push({
        kind: "subfield",
        detail: `Field ${field.tag} has a subfield without code; it became subfield a.`,
      });
    field.subfields.push({ code: coded ? building.code : "a", value: text });
    delete building.code;
  }
  if (name === "datafield") delete building.field;
  building.text = "";
}

function tagOf(attributes: Record<string, string>, element: string): string {
  const tag = attributes["tag"] ?? "";
  if (!/^[0-9A-Za-z]{3}$/.test(tag)) throw new NotWellFormed(`A ${element} without a tag of three figures`);
  return tag;
}

const one = (indicator: string | undefined) =>
  indicator !== undefined && /^[!-~]/.test(indicator) ? indicator[0]! : " ";
const localName = (name: string) => name.slice(name.lastIndexOf(":") + 1);

/** The stretches of text between markup that hold anything beyond ASCII. */
function highStretches(bytes: Buffer): Uint8Array[] {
  const stretches: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; ) {
    const next = bytes.subarray(from).findIndex((byte) => byte === 0x3c || byte === 0x3e);
    const to = next < 0 ? bytes.length : from + next;
    const stretch = bytes.subarray(from, to);
    if (stretch.some((byte) => byte >= 0x80)) stretches.push(stretch);
    from = to + 1;
  }
  return stretches;
}
