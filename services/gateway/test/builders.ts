import { CheckInStep, type CheckedIn, type Loan, type ScannedItem } from "@lienthong/proto/circulation/v1/service.ts";
import { type Import, ImportState, type TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import { type Library, LibraryKind, LibraryLevel } from "@lienthong/proto/identity/v1/library.ts";

export const hue = "VN-000001P";
export const hanoi = "VN-7K2M4QW";
export const anId = "0190d1c0-0000-7000-8000-00000000000a";

export const anItem = (facts: Partial<ScannedItem> = {}): ScannedItem => ({
  id: anId,
  libraryId: hue,
  barcode: "H000123",
  title: "Số đỏ",
  author: "Vũ Trọng Phụng",
  callNumber: "",
  ...facts,
});

export const aLoan = (facts: Partial<Loan> = {}): Loan => ({
  id: anId,
  title: "Số đỏ",
  author: "Vũ Trọng Phụng",
  barcode: "H000123",
  lentAt: new Date("2026-03-01T08:00:00Z"),
  dueAt: new Date("2026-03-22T16:59:59Z"),
  renewals: 0,
  renewalsLeft: 2,
  overdue: false,
  titleId: anId,
  libraryId: hue,
  personId: "0190d1c0-0000-7000-8000-000000000001",
  ...facts,
});

export const aCheckedIn = (facts: Partial<CheckedIn> = {}): CheckedIn => ({
  item: anItem(),
  step: CheckInStep.HOLD_SHELF,
  toBranchId: "",
  toBranchName: "",
  toLibraryName: "",
  holdId: anId,
  readyUntil: undefined,
  returned: true,
  daysLate: 0,
  ...facts,
});

export const anImport = (facts: Partial<Import> = {}): Import => ({
  id: anId,
  libraryId: hue,
  fileName: "",
  state: ImportState.WAITING,
  sizeBytes: 0n,
  doneBytes: 0n,
  read: 0n,
  added: 0n,
  changed: 0n,
  unchanged: 0n,
  quarantined: 0n,
  repaired: 0n,
  startedAt: undefined,
  finishedAt: undefined,
  encodings: {},
  quarantineReasons: {},
  failure: "",
  ...facts,
});

export const aHit = (facts: Partial<TitleHit> = {}): TitleHit => ({
  id: anId,
  title: "Số đỏ",
  author: "Vũ Trọng Phụng",
  publisher: "",
  place: "",
  year: "1936",
  edition: "",
  volume: "",
  language: "vie",
  kind: "book",
  ddc: "",
  isbns: [],
  holdings: [
    {
      libraryId: hue,
      libraryName: "Thư viện Huế",
      province: "46",
      recordId: anId,
      controlNumber: "000123",
      items: 2,
      available: 1,
    },
  ],
  items: 2,
  available: 1,
  extent: "",
  subjects: [],
  onSite: 0,
  unknown: 0,
  ...facts,
});

export const aLibrary = (facts: Partial<Library> = {}): Library => ({
  id: hue,
  name: "Thư viện Huế",
  kind: LibraryKind.PUBLIC,
  level: LibraryLevel.PROVINCE,
  province: "46",
  provinceName: "Huế",
  active: true,
  altIds: [{ scheme: "vi-world", value: "CC460000" }],
  branches: [],
  ...facts,
});
