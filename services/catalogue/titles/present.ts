import type { Description } from "./describe.ts";

/** What readers see of a title: of each field the best that its records say. */
export type Presented = Description;

/** A record as the choice sees it. */
export type Presentable = { sourceKey: string; described: Description; quality: number; score: number };

const listedMax = 50;

/**
 * What a title shows of its records, whatever their order: each field from the record of the best quality that has it,
 * then the most complete, then the one with the smallest source key. Fields that only mean something together (title
 * with its parts, imprint) come from one record. Numbers and subjects are those of all records.
 */
export function present(records: readonly Presentable[]): Presented {
  const ranked = [...records].sort(
    (a, b) => b.quality - a.quality || b.score - a.score || (a.sourceKey < b.sourceKey ? -1 : 1),
  );
  const [best] = ranked;
  if (!best) throw new RangeError("a title has at least one record");
  const all = ranked.map((record) => record.described);
  const { kind, title, subtitle, volume, part, responsibility } = best.described;
  const titled = { title, subtitle, volume, part, responsibility };
  const imprint = all.find(({ publisher, place, year }) => publisher && place && year) ?? best.described;
  const alone = (["edition", "language", "issn", "extent", "summary", "originalTitle"] as const).map((name) => [
    name,
    all.find((described) => described[name])?.[name],
  ]);
  const firstThatHas = (name: "authors" | "subjects" | "series" | "ddc") =>
    all.find((described) => described[name].length > 0)?.[name] ?? [];
  const said = {
    ...titled,
    place: imprint.place,
    publisher: imprint.publisher,
    year: imprint.year ?? all.find((described) => described.year)?.year,
    ...Object.fromEntries(alone),
  };
  return {
    ...(Object.fromEntries(Object.entries(said).filter(([, value]) => value)) as Partial<Presented>),
    kind,
    title,
    authors: firstThatHas("authors"),
    isbn13s: each(all.flatMap((described) => described.isbn13s)).sort(),
    ddc: firstThatHas("ddc"),
    subjects: firstThatHas("subjects"),
    series: firstThatHas("series"),
  };
}

/** The title as one line: "Truyện Kiều : tiểu thuyết". The volume stands apart, because it tells siblings from each other. */
export function titleLine({ title, part, subtitle }: Pick<Presented, "title" | "part" | "subtitle">): string {
  const proper = part ? `${title}. ${part}` : title;
  return subtitle ? `${proper} : ${subtitle}` : proper;
}

/** The authors as one line; of many the first three. */
export const authorLine = ({ authors }: Pick<Presented, "authors">): string => authors.slice(0, 3).join("; ");

const each = (texts: string[]) => [...new Set(texts)].slice(0, listedMax);
