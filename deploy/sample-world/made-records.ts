import type { MarcRecord } from "@lienthong/marc/record.ts";
import { toIso2709 } from "@lienthong/marc/write.ts";
import { publishers, works } from "./works.ts";

/**
 * A library's made records as one ISO 2709 file: of each edition of a work some libraries hold copies, so that titles of
 * several libraries come about. The same library always gets the same file.
 * @param code the library's code, the prefix of its barcodes
 * @param which 0, 1, 2 …: the library's place among those of the sample world
 */
export function madeRecords(code: string, which: number): Buffer {
  const editions = works.flatMap((work, w) => work.years.map((year, n) => ({ work, year, seed: w * 7 + n * 3 })));
  // Two of three libraries hold each edition, now these, now those.
  const held = editions.filter(({ seed }) => (seed + which) % 3 !== 0);
  return Buffer.concat(
    held.map(({ work, year, seed }, at) => Buffer.from(toIso2709(describe(code, at, work, year, seed)))),
  );
}

function describe(code: string, at: number, work: (typeof works)[number], year: number, seed: number): MarcRecord {
  const publisher = publishers[seed % publishers.length] ?? "";
  const control = `M${String(at + 1).padStart(5, "0")}`;
  const field = (tag: string, ind: string, ...subfields: [string, string][]) => ({
    tag,
    ind1: ind.charAt(0),
    ind2: ind.charAt(1),
    subfields: subfields.map(([name, value]) => ({ code: name, value })),
  });
  const copies = 1 + (seed % 2);
  return {
    leader: "00000nam a2200000 a 4500",
    control: [
      { tag: "001", value: control },
      { tag: "003", value: code },
      { tag: "008", value: `241123s${year}    vm                  vie  ` },
    ],
    fields: [
      ...(year >= 2000 ? [field("020", "  ", ["a", isbn(seed * 100 + (year % 100))])] : []),
      field("040", "  ", ["a", code], ["b", "vie"], ["e", "aacr2"]),
      field("082", "04", ["a", work.ddc], ["2", "14"]),
      field("100", "0 ", ["a", work.author]),
      field("245", "10", ["a", `${work.title} /`], ["c", work.author]),
      field("260", "  ", ["a", "H. :"], ["b", `${publisher},`], ["c", String(year)]),
      field("300", "  ", ["a", `${120 + (seed % 9) * 31} tr. ;`], ["c", "21 cm"]),
      field("650", " 4", ["a", work.subject]),
      ...Array.from({ length: copies }, (_, copy) =>
        field(
          "852",
          "  ",
          ["a", code],
          ["b", "Kho mượn"],
          ["h", `${work.ddc} ${work.author.charAt(0)}`],
          ["p", `${code.slice(3)}${String(at * 10 + copy + 1).padStart(6, "0")}`],
        ),
      ),
    ],
  };
}

/** A made ISBN of Vietnam's group, the same for all libraries that hold the edition. */
function isbn(number: number): string {
  const digits = `978604${String(number % 1_000_000).padStart(6, "0")}`;
  const sum = [...digits].reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 1 : 3), 0);
  return digits + ((10 - (sum % 10)) % 10);
}
