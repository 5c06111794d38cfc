import { fromWindows1252 } from "./double-utf8.ts";

/** Puts letters for the character references of HTML (`&#7879;`, `&#x1EC7;`, `&eacute;`); other ampersands stay. */
export function withoutEntities(text: string): string {
  if (!reference.test(text)) return text;
  const once = text.replace(references, letterFor);
  // Text that was escaped twice (`&amp;#7879;`) has its numbers only now.
  return once.replace(numbers, letterFor);
}

const reference = /&(?:#\d{2,7}|#x[0-9a-f]{2,6}|[a-z]{2,6}\d{0,2});/i;
const references = new RegExp(reference.source, "gi");
const numbers = /&(?:#\d{2,7}|#x[0-9a-f]{2,6});/gi;

function letterFor(whole: string): string {
  if (whole[1] !== "#") return named.get(whole.slice(1, -1)) ?? whole;
  const hexadecimal = whole[2] === "x" || whole[2] === "X";
  const scalar = hexadecimal ? Number.parseInt(whole.slice(3, -1), 16) : Number(whole.slice(2, -1));
  if (scalar < 0x20 || scalar === 0x7f || scalar > 0x10ffff || (scalar >= 0xd800 && scalar <= 0xdfff)) return whole;
  if (scalar === 0xfffd) return whole;
  // As in HTML, the numbers 128 … 159 mean the letters of Windows-1252.
  return scalar >= 0x80 && scalar <= 0x9f ? (fromWindows1252(scalar) ?? whole) : String.fromCodePoint(scalar);
}

// HTML's names for U+00A0 … U+00FF in their order, then a few more that catalogues meet.
const latin1Names =
  `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute
  micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave
  Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml
  Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth
  ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml`.split(/\s+/);

const named = new Map<string, string>([
  ...latin1Names.map((name, index): [string, string] => [name, String.fromCharCode(0xa0 + index)]),
  ...Object.entries({
    amp: "&",
    lt: "<",
    gt: ">",
    quot: '"',
    apos: "'",
    ndash: "–",
    mdash: "—",
    lsquo: "‘",
    rsquo: "’",
    ldquo: "“",
    rdquo: "”",
    hellip: "…",
    bull: "•",
    euro: "€",
    OElig: "Œ",
    oelig: "œ",
    Scaron: "Š",
    scaron: "š",
  }),
]);
