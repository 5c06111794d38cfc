import { type Evidence, convincing, weigh } from "../encodings/evidence.ts";
import type { Encoding } from "../encodings/encoding.ts";
import { readTcvn3, readVni } from "../encodings/vietnamese-fonts.ts";

export type OtherFont = { encoding: Encoding; texts: string[] };

/**
 * Undoes a conversion that took TCVN3 or VNI text for Western ("TruyÖn KiÒu", "Truyeän Kieàu"): it is judged for a whole
 * record, since a few letters prove nothing. `found` where exactly one of the two makes Vietnamese of nearly every word
 * and the text as it stands belongs to no language, or to none but Vietnamese by the record's own word; `doubtful` where most words turn Vietnamese but not enough do.
 */
export function otherFont(
  texts: string[],
  saidVietnamese = false,
): { found: OtherFont } | { doubtful: OtherFont[] } | undefined {
  if (!texts.some((text) => /[\xa1-\xff]/.test(text)) || texts.some((text) => beyondWestern.test(text)))
    return undefined;
  const asIs = weigh(texts);
  if (asIs.vietnamese >= convincing) return undefined;
  // What may be another language stays, unless the record says it is Vietnamese and there are words enough to tell.
  if (asIs.oneLanguage >= convincing && !(saidVietnamese && asIs.distinct >= 3)) return undefined;
  const readings = [
    { encoding: "tcvn3" as const, texts: texts.map((text) => reread(text, (bytes) => readTcvn3(bytes).text)) },
    { encoding: "vni" as const, texts: texts.map((text) => reread(text, (bytes) => readVni(bytes).text)) },
  ].map((reading) => ({ ...reading, evidence: weigh(reading.texts) }));
  const [found, second] = readings.filter(({ texts: now, evidence }) => isVietnamese(now, evidence));
  if (found && !second) return { found };
  const doubtful = readings.filter(
    ({ evidence }) => evidence.distinct >= 3 && evidence.vietnamese > 0.6 && asIs.oneLanguage < 0.6,
  );
  return doubtful.length > 0 ? { doubtful } : undefined;
}

function isVietnamese(texts: string[], evidence: Evidence): boolean {
  return evidence.vietnamese >= convincing && evidence.words > 0 && !texts.some((text) => text.includes("\ufffd"));
}

// Letters that neither Latin-1 nor ordinary typography has: the text was not taken for Western.
export const beyondWestern = /[^\0-\xff\u2010-\u2026\u20ac\u2122]/;

/** Reads runs of Latin-1 letters as the bytes they were; typography stays. */
function reread(text: string, read: (bytes: Uint8Array) => string): string {
  return text.replace(/[\0-\xff]+/g, (run) => read(Buffer.from(run, "latin1")));
}
