import { createWriteStream } from "node:fs";
import { once } from "node:events";
import type { DataField, MarcRecord } from "@lienthong/marc/record.ts";
import { toIso2709 } from "@lienthong/marc/write.ts";
import { ages, beginnings, families, givens, middles, places, publishers, subjects } from "./made-words.ts";

/** A made catalogue of many libraries: which editions there are and who holds them follows from its seed alone. */
export type MadeCatalogue = {
  seed: number;
  /** Editions there are, from the one where it begins (0 unless said); with sixty libraries about two records each. */
  editions: number;
  begin?: number;
  libraries: number;
};

/** An edition as a searcher might ask for it. */
export type Edition = { title: string; author: string; publisher: string; year: number; subject: string };

// Of a hundred editions the first is a school book or a classic that half of all libraries hold; nine more are common.
const heldByShare = [
  { upTo: 1, share: 0.5 },
  { upTo: 10, share: 0.12 },
  { upTo: 40, share: 0.03 },
];
const librariesOfRareMean = 1;

/** The nth edition, always the same. Titles, names and publishers are as unevenly spread as in life: the common ones recur. */
export function edition({ seed }: MadeCatalogue, n: number): Edition {
  const draw = drawer(seed, n);
  const subject = skewed(subjects, draw());
  const title = [skewed(beginnings, draw()), subject, skewed(places, draw()), skewed(ages, draw())].filter(Boolean);
  return {
    title: capital(title.join(" ")),
    author: [skewed(families, draw()), skewed(middles, draw()), skewed(givens, draw())].join(" "),
    publisher: skewed(publishers, draw()),
    year: 2024 - Math.floor(60 * draw() ** 2),
    subject: capital(subject),
  };
}

/** The editions that a library (0, 1, 2 …) holds, by their numbers. */
export function* heldBy(made: MadeCatalogue, library: number): Generator<number> {
  for (let n = made.begin ?? 0; n < made.editions; n += 1) {
    const share = heldByShare.find(({ upTo }) => n % 100 < upTo)?.share ?? librariesOfRareMean / made.libraries;
    if (unit(made.seed, n * 1_009 + library, 7) < share) yield n;
  }
}

/**
 * Writes the file of a library's records, as large as it comes out, in constant memory.
 * @param prefix begins its control numbers and barcodes, so that catalogues do not share them
 * @returns how many records it holds
 */
export async function writeFileOf(
  made: MadeCatalogue,
  library: number,
  prefix: string,
  path: string,
  recordsMax = Number.POSITIVE_INFINITY,
): Promise<number> {
  const out = createWriteStream(path);
  let records = 0;
  for (const n of heldBy(made, library)) {
    if (records >= recordsMax) break;
    records += 1;
    if (!out.write(toIso2709(recordOf(made, library, n, prefix)))) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return records;
}

/** A library's record of an edition: the same edition, each library in its own spelling and with its own items. */
export function recordOf(made: MadeCatalogue, library: number, n: number, prefix: string): MarcRecord {
  const { title, author, publisher, year, subject } = edition(made, n);
  const spelt = drawer(made.seed + 1, n * 1_009 + library);
  const byHouse = ["", "", "Nxb. ", "NXB "][Math.floor(spelt() * 4)];
  const bent = spelt() < 0.1 ? bareOf(author) : author;
  const copies = 1 + Math.floor(spelt() * 3);
  const class10 = String(100 + (n % 900));
  const fields = [
    ...(year > 2007 && spelt() < 0.8 ? [field("020", ["a", isbnOf(made.seed, n)])] : []),
    field("040", ["a", `TV${library}`], ["b", "vie"]),
    field("041", ["a", "vie"]),
    field("082", ["a", `${class10}.${n % 97}`], ["2", "23"]),
    field("100", ["a", bent], ["e", "tác giả"]),
    field("245", ["a", `${title} /`], ["c", author]),
    field("260", ["a", "H. :"], ["b", `${byHouse}${publisher},`], ["c", String(year)]),
    field("300", ["a", `${80 + (n % 700)} tr. :`], ["b", "minh hoạ ;"], ["c", "21 cm"]),
    field("520", ["a", `Trình bày những vấn đề về ${title.toLowerCase()}, kèm tư liệu và hình ảnh của ${author}.`]),
    field("490", ["a", `Tủ sách ${subject.toLowerCase()}`], ["v", String(1 + (n % 40))]),
    field("500", ["a", `Đầu trang tên sách ghi: ${publisher}`]),
    field("504", ["a", `Thư mục: tr. ${60 + (n % 600)}`]),
    field("650", ["a", subject], ["z", "Việt Nam"]),
    ...title
      .split(" ")
      .slice(0, 4)
      .map((word) => field("653", ["a", `${capital(word)} ${subject.toLowerCase()}`])),
    field("655", ["a", "Sách in"]),
    field("700", ["a", `${author.split(" ").reverse().join(" ")}`], ["e", "hiệu đính"]),
    field("856", ["u", `https://thuvien.example/${prefix}${n}`], ["z", "Bìa sách"]),
    ...Array.from({ length: copies }, (_, copy) =>
      field(
        "852",
        ["b", copy === 0 ? "Phòng đọc" : "Kho mượn"],
        ["h", class10],
        ["i", author.slice(0, 1)],
        ["p", `${prefix}${library}.${n}.${copy + 1}`],
      ),
    ),
  ];
  return {
    leader: "00000nam a2200000 a 4500",
    control: [
      { tag: "001", value: `${prefix}${n}` },
      { tag: "008", value: `200815s${year}    vm            000 0 vie d` },
    ],
    fields,
  };
}

const field = (tag: string, ...subfields: [code: string, value: string][]): DataField => ({
  ...{ tag, ind1: " ", ind2: " " },
  subfields: subfields.map(([code, value]) => ({ code, value })),
});

const isbnOf = (seed: number, n: number): string => {
  const digits = `978604${String((seed * 7_919 + n) % 1_000_000).padStart(6, "0")}`;
  const sum = [...digits].reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 1 : 3), 0);
  return digits + ((10 - (sum % 10)) % 10);
};

const bareOf = (name: string) => name.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d").replaceAll("Đ", "D");
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** An entry of the list, the first ones far more often than the last. */
const skewed = (list: readonly string[], draw: number): string => list[Math.floor(list.length * draw ** 2)] ?? "";

/** Numbers from 0 up to 1, the same for the same seed and place. */
function drawer(seed: number, place: number): () => number {
  let turn = 0;
  return () => unit(seed, place, turn++);
}

function unit(seed: number, place: number, turn: number): number {
  let mixed =
    (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca6b) ^ Math.imul(turn + 1, 0xc2b2ae35)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) >>> 0;
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}
