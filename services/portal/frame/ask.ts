import type { Clients } from "@lienthong/rpc/clients.ts";
import type { Refusal } from "@lienthong/rpc/refusal.ts";
import type { DeskTurns } from "../session/desk-turns.ts";
import type { Readable } from "node:stream";
import type { IconName } from "../parts/icon.tsx";
import type { Texts } from "../texts/texts.ts";

/** For whom a page is: everybody, a signed-in reader, or staff of a library by their role there. */
export type Audience = "anyone" | "patron" | StaffAudience;
export type StaffAudience = "desk" | "cataloguer" | "manager";

/** The roles at a library that open the pages of an audience. */
export const rolesFor: Record<StaffAudience, string> = {
  desk: "librarian.desk",
  cataloguer: "librarian.cataloguer",
  manager: "librarian.manager",
};

/** Who is signed in. */
export type SignedIn = { personId: string; name: string };

/** The library that somebody works for at the moment. */
export type Staff = {
  libraryId: string;
  libraryName: string;
  audiences: readonly StaffAudience[];
  libraries: readonly LibraryChoice[];
};
export type LibraryChoice = { id: string; name: string };

/** Where a page stands in the spine of staff. */
export type Place = { group: "desk" | "staffWork"; label: (t: Texts) => string; icon: IconName; key?: string };
export type StaffPlace = Place & { path: string; for: Audience };

/** What every page shows around its own, a page about a fault too. */
export type Surroundings = {
  t: Texts;
  /** Path without language prefix, e.g. `/tim`. */
  path: string;
  query: URLSearchParams;
  dark: boolean | undefined;
  who: SignedIn | undefined;
  staff: Staff | undefined;
  /** The pages that stand in the spine of staff. */
  places: readonly StaffPlace[];
  /** One sentence about what was just done. */
  said: string | undefined;
  /** What the action just refused or found wrong, for the page to say in place. */
  refused: Answered | undefined;
  /** The address of a built file. */
  asset: (name: string) => string;
  /** A fresh request id for a form: a form sent twice does nothing twice. */
  newRequest: () => string;
};

/** What a page is asked: by whom, in which language, with what in its address; and whom it may ask in turn. */
export type Ask<Path extends string = string, For extends Audience = Audience> = Omit<Surroundings, "who" | "staff"> &
  Clients & {
    params: Params<Path>;
    now: Date;
    who: For extends "anyone" ? SignedIn | undefined : SignedIn;
    staff: For extends StaffAudience ? Staff : Staff | undefined;
    /** Lists of what was scanned at this desk. */
    turns: DeskTurns;
  };

/** A file that a form brings, as a stream. */
export type Upload = { name: string; bytes: Readable };

/** What an action is asked, beyond what its page is. */
export type Acting<Path extends string = string, For extends Audience = Audience> = Ask<Path, For> & {
  form: URLSearchParams;
  requestId: string;
  file: Upload | undefined;
};

/** An action's answer that is not "done". */
export type Answered = {
  refusal: Refusal["refused"] | undefined;
  problems: Readonly<Record<string, string>>;
  /** The action's own `:names` and form, so that a page knows which of its rows is meant and keeps what was typed. */
  params: Readonly<Record<string, string>>;
  form: URLSearchParams;
};

/** The `:names` of a path: `/dat-muon/:id/xong` gives `{ id: string }`. */
export type Params<Path extends string> = string extends Path
  ? Record<string, string>
  : Path extends `${string}:${infer Name}/${infer Rest}`
    ? Record<Name, string> & Params<Rest>
    : Path extends `${string}:${infer Name}`
      ? Record<Name, string>
      : Record<never, string>;
