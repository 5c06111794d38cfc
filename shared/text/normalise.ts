import { isVietnameseSyllable } from "./syllable.ts";

/** What was changed in a text at the entrance; the names are counted and shown in import reports. */
export type Repair =
  | "composed"
  | "mark-order"
  | "eth-for-đ"
  | "oi-for-ư"
  | "no-break-space"
  | "zero-width"
  | "control-character";

export type Normalised = { text: string; repairs: Repair[] };

/**
 * Brings a text that enters the platform into its stored form: NFC, with look-alike letters, invisible characters and
 * misplaced marks repaired. Spelling is never changed: hoà stays hoà. Says what was repaired, each kind once.
 *
 * Runs after the encoding was decided: bytes of an old font read as Latin-1 contain eths and soft hyphens that mean
 * other letters.
 *
 * @example normalise("Ðà Nẵng") // { text: "Đà Nẵng", repairs: ["eth-for-đ"] }
 */
export function normalise(text: string): Normalised {
  // Nearly all texts of an import are clean; one test of each keeps them as they are.
  if (!suspicious.test(text) && text === text.normalize("NFC")) return { text, repairs: [] };
  const repairs: Repair[] = [];
  let now = text;
  const step = (repair: Repair, next: string) => {
    if (next !== now) repairs.push(repair);
    now = next;
  };
  step("control-character", now.replace(/[\t\n\r]/g, " ").replace(/[\x00-\x1f\x7f-\x9f]/g, ""));
  step("zero-width", now.replace(/[\u00ad\u200b\u2060\ufeff]/g, "").replace(joinerInLatin, "$1"));
  step("no-break-space", now.replace(/[\u00a0\u2007\u202f]/g, " "));
  step("composed", now.normalize("NFC"));
  step("mark-order", now.replace(shapeAfterTone, putShapeFirst));
  step("oi-for-ư", now.replace(/Ƣ/g, "Ư").replace(/ƣ/g, "ư"));
  step(
    "eth-for-đ",
    now.replace(/[\p{L}\p{M}]+/gu, (word) => (/[Ðð]/.test(word) ? withoutEth(word) : word)),
  );
  return { text: now, repairs };
}

const suspicious =
  /[\x00-\x1f\x7f-\xa0\u00ad\u00d0\u00f0\u01a2\u01a3\u0300-\u036f\u2007\u200b-\u200d\u202f\u2060\ufeff]/;

// Zero-width joiners are letters of the writing in Indic scripts and in emoji; between Latin letters they are litter.
const joinerInLatin = /(\p{Script=Latin}\p{M}*)[\u200c\u200d]+/gu;

// Circumflex, breve or horn after the tone cannot be composed: é + circumflex must become ế.
const shapeAfterTone = /\p{L}[\u0300-\u036f]*[\u0302\u0306\u031b]/gu;

function putShapeFirst(cluster: string): string {
  const marks = [...cluster.normalize("NFD")];
  const shapes = marks.filter((one) => /[\u0302\u0306\u031b]/.test(one));
  const rest = marks.filter((one) => !/[\u0302\u0306\u031b]/.test(one));
  return [rest[0], ...shapes, ...rest.slice(1)].join("").normalize("NFC");
}

// Guðrún keeps her eth: only a word that is a Vietnamese syllable with đ in its place is repaired.
function withoutEth(word: string): string {
  const repaired = word.replace(/Ð/g, "Đ").replace(/ð/g, "đ");
  return isVietnameseSyllable(repaired) ? repaired : word;
}
