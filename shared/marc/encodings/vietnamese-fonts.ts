import { hex, type Reading } from "./encoding.ts";

/** Reads TCVN 5712-3 (TCVN3, "ABC"). Its capitals with tones were the font's: their case cannot be told and is left as found. */
export function readTcvn3(bytes: Uint8Array): Reading {
  let text = "";
  let fault: string | undefined;
  for (const byte of bytes) {
    const letter = byte < 0x80 ? String.fromCharCode(byte) : tcvn3[byte - 0x80]!;
    const known = byte < 0x80 || letter !== "-";
    if (!known) fault ??= `the code ${hex(byte)}`;
    text += known ? letter : "\ufffd";
  }
  return fault === undefined ? { text } : { text, fault };
}

/** Reads VNI for Windows, where a letter with tone is the letter and a byte for its marks. */
export function readVni(bytes: Uint8Array): Reading {
  let text = "";
  let fault: string | undefined;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    const whole = byte < 0x80 ? String.fromCharCode(byte) : vniLetters.get(byte);
    const marks =
      at + 1 < bytes.length && (byte < 0x80 || byte === 0xd4 || byte === 0xd6 || byte === 0xf4 || byte === 0xf6)
        ? vniMarks(whole!, bytes[at + 1]!)
        : undefined;
    if (whole === undefined) fault ??= `the code ${hex(byte)}`;
    text += whole === undefined ? "\ufffd" : whole + (marks ?? "");
    if (marks !== undefined) at += 1;
  }
  text = text.normalize("NFC");
  return fault === undefined ? { text } : { text, fault };
}

/** Reads Windows-1258: letters, and the tones as combining marks after them. */
export function readWindows1258(bytes: Uint8Array): Reading {
  const text = windows1258.decode(bytes).normalize("NFC");
  const undefinedCode = /[\x80-\x9f]/.exec(text);
  if (!undefinedCode) return { text };
  return { text: text.replace(/[\x80-\x9f]/g, "\ufffd"), fault: `the code ${hex(undefinedCode[0].charCodeAt(0))}` };
}

const windows1258 = new TextDecoder("windows-1258");

// The codes 80 … FF; "-" has no letter, A0 is a space.
const tcvn3 = [
  ..."--------------------------------",
  ..." ĂÂÊÔƠƯĐăâêôơưđ-",
  ..."-----àảãáạ-ằẳẵắ-",
  ..."------ặầẩẫấậè-ẻẽ",
  ..."éẹềểễếệìỉ---ĩíịò",
  ..."-ỏõóọồổỗốộờởỡớợù",
  ..."-ủũúụừửữứựỳỷỹýỵ-",
];

const vniLetters = new Map<number, string>([
  [0xf1, "đ"],
  [0xd1, "Đ"],
  [0xf4, "ơ"],
  [0xd4, "Ơ"],
  [0xf6, "ư"],
  [0xd6, "Ư"],
  [0xee, "ỵ"],
  [0xce, "Ỵ"],
  [0xed, "í"],
  [0xcd, "Í"],
  [0xec, "ì"],
  [0xcc, "Ì"],
  [0xe6, "ỉ"],
  [0xc6, "Ỉ"],
  [0xf3, "ĩ"],
  [0xd3, "Ĩ"],
  [0xf2, "ị"],
  [0xd2, "Ị"],
]);

const grave = "\u0300";
const acute = "\u0301";
const hook = "\u0309";
const tilde = "\u0303";
const dot = "\u0323";
const toneBytes = new Map([
  [0xf8, grave],
  [0xf9, acute],
  [0xfb, hook],
  [0xf5, tilde],
  [0xef, dot],
]);
const circumflexBytes = new Map([
  [0xe2, ""],
  [0xe0, grave],
  [0xe1, acute],
  [0xe5, hook],
  [0xe3, tilde],
  [0xe4, dot],
]);
const breveBytes = new Map([
  [0xea, ""],
  [0xe8, grave],
  [0xe9, acute],
  [0xfa, hook],
  [0xfc, tilde],
  [0xeb, dot],
]);

function vniMarks(letter: string, byte: number): string | undefined {
  if (byte < 0xc0) return undefined;
  // Capitals carry the same marks 0x20 lower (Ï for ï), with some fonts also the small ones.
  const small = byte < 0xe0 ? byte + 0x20 : byte;
  const base = letter.toLowerCase();
  if ("aeouyơư".includes(base) && toneBytes.has(small)) return toneBytes.get(small);
  if ("aeo".includes(base) && circumflexBytes.has(small)) return `\u0302${circumflexBytes.get(small)}`;
  if (base === "a" && breveBytes.has(small)) return `\u0306${breveBytes.get(small)}`;
  return undefined;
}
