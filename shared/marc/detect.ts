/** The two forms of MARC 21 that are read. */
export type Format = "iso2709" | "marcxml";

/** What a file is that cannot be read as MARC 21 at all. */
export type LooksLike =
  | "empty"
  | "marc-text" // MarcEdit's .mrk
  | "zip"
  | "gzip"
  | "pdf"
  | "html"
  | "json"
  | "utf-16"
  | "other-encoding" // XML that declares something else than UTF-8
  | "doctype"
  | "other-xml"
  | "unknown";

/** A whole file that is refused, with what it looks like and the place where that was seen. */
export class UnreadableFile extends Error {
  override readonly name = "UnreadableFile";
  readonly looksLike: LooksLike;
  /** Byte position in the file. */
  readonly offset: number;

  constructor(looksLike: LooksLike, offset: number, detail: string) {
    super(detail);
    this.looksLike = looksLike;
    this.offset = offset;
  }
}

/** How many bytes `detectFormat` wants to see; fewer where the file has no more. */
export const detectBytes = 1 << 16;

/** The form a file has by its first bytes, or undefined where it is neither of the two. */
export function detectFormat(firstBytes: Uint8Array): Format | undefined {
  const verdict = inspect(firstBytes);
  return typeof verdict === "string" ? verdict : undefined;
}

/** The form a file has by its first bytes; what is neither form is refused by name. */
export function inspect(firstBytes: Uint8Array): Format | UnreadableFile {
  const bytes = Buffer.from(firstBytes.buffer, firstBytes.byteOffset, firstBytes.byteLength);
  const refuse = (looksLike: LooksLike, detail: string) => new UnreadableFile(looksLike, 0, detail);
  for (const [mark, looksLike, detail] of marks)
    if (bytes.toString("latin1", 0, mark.length) === mark) return refuse(looksLike, detail);
  const text = bytes.toString("latin1", 0, detectBytes).replace(/^\u00ef\u00bb\u00bf/, "");
  const start = text.replace(/^[\s\0\x1a]+/, "");
  if (start === "") return refuse("empty", "The file is empty.");
  if (start.startsWith("<")) return inspectXml(start, refuse);
  if (/^=(?:LDR|000|\d{3}) /.test(start)) {
    return refuse("marc-text", "MARC as text (.mrk); let MarcEdit compile it to ISO 2709 (.mrc) first.");
  }
  // The first record may be damaged: any leader among the first bytes will do, or the marks of ISO 2709.
  if (/^\d{5}.{7}\d{5}/s.test(start) || leader.test(text) || /\x1e.*\x1d/s.test(text)) return "iso2709";
  if (/^[[{]/.test(start)) return refuse("json", "JSON, not ISO 2709 or MARCXML.");
  return refuse("unknown", "Neither ISO 2709 (no leader at its beginning) nor MARCXML.");
}

const leader = /\d{5}[ -~]{5}22\d{5}[ -~]{3}4500/;

const marks: [mark: string, looksLike: LooksLike, detail: string][] = [
  ["PK\x03\x04", "zip", "A zip archive (or an office file); unpack it and give the .mrc or .xml inside."],
  ["\x1f\x8b", "gzip", "A gzip archive; unpack it first."],
  ["%PDF", "pdf", "A PDF document."],
  ["\xff\xfe", "utf-16", "Text in UTF-16; save it as UTF-8."],
  ["\xfe\xff", "utf-16", "Text in UTF-16; save it as UTF-8."],
  ["<\0", "utf-16", "XML in UTF-16; save it as UTF-8."],
  ["\0<", "utf-16", "XML in UTF-16; save it as UTF-8."],
];

function inspectXml(
  start: string,
  refuse: (looksLike: LooksLike, detail: string) => UnreadableFile,
): Format | UnreadableFile {
  if (/^<!doctype\s+html|^<html[\s>]/i.test(start))
    return refuse("html", "A web page; perhaps the answer of a site that wanted a sign-in.");
  const declared = /^<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']/.exec(start)?.[1];
  if (declared !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(declared)) {
    return refuse("other-encoding", `XML in ${declared.slice(0, 40)}; save it as UTF-8.`);
  }
  return "marcxml";
}
