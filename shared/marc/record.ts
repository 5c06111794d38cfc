export type Subfield = { code: string; value: string };
export type DataField = { tag: string; ind1: string; ind2: string; subfields: Subfield[] };
export type ControlField = { tag: string; value: string };

/** One MARC 21 record: leader of 24 characters, control fields (00X) and data fields in the order of the source, all text NFC. */
export type MarcRecord = { leader: string; control: ControlField[]; fields: DataField[] };

/** The value of the first control field with this tag. */
export function controlField(record: MarcRecord, tag: string): string | undefined {
  return record.control.find((field) => field.tag === tag)?.value;
}

/** All data fields with this tag, in order. */
export function dataFields(record: MarcRecord, tag: string): DataField[] {
  return record.fields.filter((field) => field.tag === tag);
}

/** All values of a subfield in all fields with this tag, in order. */
export function subfields(record: MarcRecord, tag: string, code: string): string[] {
  return dataFields(record, tag).flatMap((field) => valuesOf(field, code));
}

/** The first value of a subfield, in the first field with this tag that has one. */
export function first(record: MarcRecord, tag: string, code: string): string | undefined {
  for (const field of record.fields) {
    if (field.tag !== tag) continue;
    const found = field.subfields.find((subfield) => subfield.code === code);
    if (found) return found.value;
  }
  return undefined;
}

/** All values of a subfield in one field, in order. */
export function valuesOf(field: DataField, code: string): string[] {
  return field.subfields.filter((subfield) => subfield.code === code).map((subfield) => subfield.value);
}

export type Lack = "empty" | "no-001" | "no-245";

/**
 * What a bibliographic record must have and this one has not: `empty` (no data field at all), `no-001` (no control
 * number, hence no identity in its library), `no-245` (no title statement). The first lack in this order, or undefined.
 */
export function missing(record: MarcRecord): Lack | undefined {
  if (record.fields.length === 0) return "empty";
  if (!controlField(record, "001")?.trim()) return "no-001";
  // A title proper may stand in $a or, in archival cataloguing, in $k; a 245 without any text is as good as none.
  const titles = dataFields(record, "245");
  if (!titles.some((title) => title.subfields.some((subfield) => subfield.value.trim() !== ""))) return "no-245";
  return undefined;
}
