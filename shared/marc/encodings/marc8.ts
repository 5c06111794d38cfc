import { hex, type Reading } from "./encoding.ts";
import { eastAsianLetter, isSingleByteSet, letterOf } from "./marc8-sets.ts";

/**
 * Reads one subfield of MARC-8 (ANSEL and the sets reached by escape sequences; MARC 21 Specifications, "MARC-8
 * Encoding Environment") as NFC. Marks precede their letter; their order among themselves does not matter. Character
 * references `&#xHHHH;` are letters, as the specification says. The sets return to ASCII and ANSEL with each subfield.
 */
export function readMarc8(bytes: Uint8Array): Reading {
  const state: State = { bytes, at: 0, g0: ascii, g1: ansel, text: "", marks: [], fault: undefined };
  while (state.at < bytes.length) step(state);
  if (state.marks.length > 0) spoil(state, "a combining mark at the end of a subfield");
  const text = withReferences(state.text).normalize("NFC");
  return state.fault === undefined ? { text } : { text, fault: state.fault };
}

/** Whether an escape sequence of MARC-8 stands in these bytes. */
export function hasEscape(bytes: Uint8Array): boolean {
  return bytes.includes(escape);
}

/** Puts the letters of `&#xHHHH;` in place. */
export function withReferences(text: string): string {
  if (!text.includes("&#x")) return text;
  return text.replace(/&#x([0-9a-f]{4,6});/gi, (whole, digits: string) => {
    const scalar = Number.parseInt(digits, 16);
    const valid = scalar >= 0xa0 && scalar <= 0x10ffff && (scalar < 0xd800 || scalar > 0xdfff);
    // The codes 80 … 9F are kept too: they are what a text saved twice is recognised by.
    return valid || (scalar >= 0x80 && scalar < 0xa0) ? String.fromCodePoint(scalar) : whole;
  });
}

type State = {
  bytes: Uint8Array;
  at: number;
  g0: number;
  g1: number;
  text: string;
  marks: string[];
  fault: string | undefined;
};

const escape = 0x1b;
const ascii = 0x42;
const ansel = 0x45;
const eastAsian = 0x31;

function step(state: State): void {
  const byte = state.bytes[state.at]!;
  if (byte === escape) return designate(state);
  if (byte <= 0x20) return single(state, { text: String.fromCharCode(byte), combining: false });
  if (byte >= 0x7f && byte <= 0xa0) return control(state, byte);
  const set = byte < 0x80 ? state.g0 : state.g1;
  if (set === eastAsian) return threeBytes(state);
  if (set === ascii) return single(state, { text: String.fromCharCode(byte & 0x7f), combining: false });
  const letter = letterOf(set, byte);
  if (letter) return single(state, letter);
  state.at += 1;
  spoil(state, `the code ${hex(byte)}, which its graphic set does not have`);
}

function single(state: State, letter: { text: string; combining: boolean }): void {
  state.at += 1;
  if (letter.combining) {
    state.marks.push(letter.text);
    // No letter carries so many; a run of them is not text, and must not grow without end.
    if (state.marks.length > 8) spoil(state, "a run of combining marks");
    return;
  }
  if (state.marks.length === 0) {
    state.text += letter.text;
    return;
  }
  if (!/\p{L}/u.test(letter.text)) spoil(state, "a combining mark that no letter follows");
  state.text += letter.text + inOrder(state.marks).join("");
  state.marks = [];
}

/** Circumflex and breve make another letter and come before the tone; what NFC cannot reorder by itself. */
function inOrder(marks: string[]): string[] {
  if (marks.length < 2) return marks;
  const isShape = (mark: string) => mark === "\u0302" || mark === "\u0306";
  return [...marks.filter(isShape), ...marks.filter((mark) => !isShape(mark))];
}

function control(state: State, byte: number): void {
  state.at += 1;
  // 88 and 89 enclose words that filing skips, 8D and 8E are joiner and non-joiner.
  if (byte === 0x88 || byte === 0x89) return;
  if (byte === 0x8d || byte === 0x8e) state.text += byte === 0x8d ? "\u200d" : "\u200c";
  else spoil(state, `the code ${hex(byte)}`);
}

function threeBytes(state: State): void {
  const code = state.bytes.subarray(state.at, state.at + 3);
  const whole = code.length === 3 && code.every((byte) => (byte & 0x7f) > 0x1f);
  const letter = whole ? eastAsianLetter(code[0]!, code[1]!, code[2]!) : undefined;
  state.at += whole ? 3 : 1;
  if (letter === undefined) spoil(state, `the East Asian code ${hex(...code)}`);
  else state.text += letter;
}

function designate(state: State): void {
  const { bytes, at } = state;
  const next = bytes[at + 1];
  const direct = next === 0x73 ? ascii : next === 0x67 || next === 0x62 || next === 0x70 ? next : undefined;
  if (direct !== undefined) {
    state.g0 = direct;
    state.at = at + 2;
    return;
  }
  const multiple = next === 0x24;
  let position = multiple ? at + 2 : at + 1;
  let target: "g0" | "g1" | undefined = multiple ? "g0" : undefined;
  const intermediate = bytes[position];
  if (intermediate === 0x28 || intermediate === 0x2c) target = "g0";
  else if (intermediate === 0x29 || intermediate === 0x2d) target = "g1";
  else position -= 1;
  position += 1;
  // ANSEL's own final is written "!E".
  if (bytes[position] === 0x21) position += 1;
  const final = bytes[position];
  const known = final !== undefined && (multiple ? final === eastAsian : final === ascii || isSingleByteSet(final));
  if (target === undefined || !known) {
    state.at = at + 1;
    spoil(state, "an escape sequence that is cut short or unknown");
    return;
  }
  state[target] = final;
  state.at = position + 1;
}

function spoil(state: State, fault: string): void {
  state.fault ??= fault;
  state.text += "\ufffd";
  state.marks = [];
}
