import type { TrialReading } from "./encodings/decide.ts";

/** Why a record was set aside. Each says what a person can do about it in its detail. */
export type QuarantineReason =
  | "truncated" // the record breaks off
  | "not-a-record" // bytes between records that are no record
  | "bad-leader" // no length and no base address to go by
  | "bad-directory" // the directory does not say where the fields are, and they cannot be told otherwise
  | "bad-xml" // the element is not well-formed, or not MARCXML
  | "too-large" // beyond the limit for one record
  | "undecodable" // no encoding, or more than one, gives text
  | "mis-encoded" // converted wrongly before it came here, and not to be undone with certainty
  | "empty" // no data fields
  | "no-001"
  | "no-245";

export type Fault = { reason: QuarantineReason; detail: string; readings?: TrialReading[] };

/** What was mended in a record that is otherwise accepted, with the evidence in words. */
export type Repair = {
  kind:
    | "length" // the leader's length was wrong
    | "base-address"
    | "directory" // rebuilt from the field terminators
    | "terminator" // the end mark was missing
    | "leader" // control characters or missing positions in the leader
    | "indicators"
    | "subfield"
    | "encoding" // the text is not written as the leader says
    | "control-characters"
    | "double-utf8"
    | "html-entities"
    | "wrong-font" // TCVN3 or VNI text converted as if it were Western
    | "look-alikes"
    | "spaces"
    | "letters-lost"; // U+FFFD stood in the source already; nothing is mended, but people must see it
  detail: string;
};
