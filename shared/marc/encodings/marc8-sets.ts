import { readFileSync } from "node:fs";

/** A letter of a graphic set; a combining one is written before the letter that carries it. */
export type Letter = { text: string; combining: boolean };

/** The letter of a single-byte set, by the final byte of the set's escape sequence and the code in seven bits. */
export function letterOf(set: number, code: number): Letter | undefined {
  return singleByteSets.get(set)?.[code & 0x7f];
}

/** The letter of the East Asian set for three bytes of seven bits. */
export function eastAsianLetter(first: number, second: number, third: number): string | undefined {
  eastAsianRows ??= readEastAsian();
  const row = eastAsianRows.get(((first & 0x7f) << 8) | (second & 0x7f));
  const letter = row?.[(third & 0x7f) - 0x20];
  return letter === undefined || letter === "·" ? undefined : letter;
}

/** Whether a graphic set with this final byte is known here. */
export function isSingleByteSet(set: number): boolean {
  return singleByteSets.has(set);
}

const singleByteSets = readSingleByteSets();
// 16,000 letters that most catalogues never use: read with the first escape into the set.
let eastAsianRows: Map<number, string[]> | undefined;

function readSingleByteSets(): Map<number, (Letter | undefined)[]> {
  const sets = new Map<number, (Letter | undefined)[]>();
  for (const line of linesOf("marc8-sets.txt")) {
    const [set, start, ...cells] = line.split(" ");
    const letters = sets.get(Number.parseInt(set!, 16)) ?? [];
    sets.set(Number.parseInt(set!, 16), letters);
    for (const [index, cell] of cells.entries()) {
      if (cell === "-") continue;
      const combining = cell.startsWith("+");
      const text = String.fromCodePoint(Number.parseInt(combining ? cell.slice(1) : cell, 16));
      letters[(Number.parseInt(start!, 16) + index) & 0x7f] = { text, combining };
    }
  }
  return sets;
}

function readEastAsian(): Map<number, string[]> {
  const rows = new Map<number, string[]>();
  for (const line of linesOf("eacc.txt")) rows.set(Number.parseInt(line.slice(0, 4), 16), [...line.slice(5)]);
  return rows;
}

function linesOf(file: string): string[] {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}
