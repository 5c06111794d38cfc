import { type DataField, dataFields, type MarcRecord, valuesOf } from "@lienthong/marc/record.ts";
import { fold } from "@lienthong/text/fold.ts";

/** Where a library's records hold their items: one field, or in each record the field that has barcodes. */
export type ItemField = "auto" | "852" | "952" | "999";

/** An item as its record describes it. */
export type DescribedItem = {
  barcode: string;
  callNumber: string;
  location: string;
  forLoan: boolean;
  withdrawn: boolean;
};

type Layout = { barcode: string; callNumber: string[]; location: string[]; type: string[] };

// 852 as MARC 21 defines it; 952 as Koha writes it; 999 as SirsiDynix and its likes write it.
const layouts: Record<Exclude<ItemField, "auto">, Layout> = {
  "952": { barcode: "p", callNumber: ["o"], location: ["c"], type: ["y", "z"] },
  "852": { barcode: "p", callNumber: ["k", "h", "i", "m"], location: ["b", "c"], type: ["z", "x"] },
  "999": { barcode: "i", callNumber: ["a"], location: ["l"], type: ["t"] },
};

// A record of a periodical may list thousands of issues; what is beyond this is no single title any more.
const itemsMax = 5_000;
const barcodeCharactersMax = 100;

/** The items of a record, each barcode once. A field without a barcode describes holdings, not an item. */
export function itemsOf(record: MarcRecord, profile: ItemField): DescribedItem[] {
  const tags = profile === "auto" ? (["952", "852", "999"] as const) : ([profile] as const);
  for (const tag of tags) {
    const items = new Map<string, DescribedItem>();
    for (const field of dataFields(record, tag).slice(0, itemsMax)) {
      const item = itemOf(field, layouts[tag]);
      if (item && !items.has(item.barcode)) items.set(item.barcode, item);
    }
    if (items.size > 0) return [...items.values()];
  }
  return [];
}

function itemOf(field: DataField, layout: Layout): DescribedItem | undefined {
  const all = (codes: string[], between: string) =>
    codes
      .flatMap((code) => valuesOf(field, code))
      .map((value) => value.trim())
      .filter(Boolean)
      .join(between);
  // Barcodes are typed, pasted and padded: blanks at their ends and runs of them inside are not part of what is scanned.
  const barcode = all([layout.barcode], " ").replace(/\s+/g, " ").trim();
  if (barcode === "" || barcode.length > barcodeCharactersMax) return undefined;
  const koha = field.tag === "952";
  const words = ` ${fold(`${all(layout.type, " ")} ${all(layout.location, " ")}`)} `;
  return {
    barcode,
    callNumber: all(layout.callNumber, " ").slice(0, 200),
    location: all(layout.location, " / ").slice(0, 200),
    forLoan: !(koha && isSet(field, "7")) && !onTheSpot.test(words),
    withdrawn: koha && (isSet(field, "0") || isSet(field, "1")),
  };
}

/** Koha's switches are 0 or empty for no; any other value names a kind of yes. */
const isSet = (field: DataField, code: string) =>
  valuesOf(field, code).some((value) => value.trim() !== "" && value.trim() !== "0");

const onTheSpot = / (?:reference|ref|tra cuu|doc tai cho|khong cho muon|not for loan|luu chieu) /;
