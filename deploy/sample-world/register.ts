import type { AltId, LibraryKind, LibraryLevel } from "@lienthong/proto/identity/v1/library.ts";
import { PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { answered, isRefusal, type Refusal } from "@lienthong/rpc/refusal.ts";
import type { Doors } from "./doors.ts";

export type NewLibrary = {
  code: string;
  name: string;
  kind: LibraryKind;
  level: LibraryLevel;
  province: string;
  altIds: AltId[];
  branches: { name: string; commune: string; address: string }[];
};

const roles = ["librarian.desk", "librarian.cataloguer", "librarian.manager"];

/** Registers a library unless it is there. @returns its code */
export async function register(doors: Doors, library: NewLibrary): Promise<string> {
  const { identity } = await doors.as("setup");
  const known = answered(await identity.getLibrary({ code: library.code || (library.altIds[0]?.value ?? ""), on: "" }));
  if (!isRefusal(known)) return known.id;
  const { code: id, branches, ...facts } = library;
  const asked = {
    ...facts,
    id,
    from: "2020-07-01",
    branches: branches.map((branch) => ({ ...branch, province: library.province, pickup: true })),
  };
  const made = sure(
    answered(
      await identity.registerLibrary(asked, { requestId: key("library", id || asked.altIds[0]?.value || asked.name) }),
    ),
  );
  return made.id;
}

/** Lets the sample programs work for a library. */
export async function letProgramsWork(doors: Doors, libraryId: string): Promise<void> {
  const { identity } = await doors.as("setup");
  const programs = [
    ["sample-desk", "librarian.desk"],
    ["sample-cataloguer", "librarian.cataloguer"],
    ["sample-cataloguer", "librarian.manager"],
  ] as const;
  for (const [client, role] of programs) {
    sure(
      answered(
        await identity.grantRole(
          { personId: "", role, libraryId, client, from: undefined, until: undefined },
          { requestId: key("role", client, role, libraryId) },
        ),
      ),
    );
    await doors.untilRole(client, `${role}@${libraryId}`);
  }
}

/** An account for a librarian with all roles at one library. */
export async function hireLibrarian(
  doors: Doors,
  libraryId: string,
  who: { username: string; name: string },
  password: string,
): Promise<void> {
  const { identity } = await doors.as("setup");
  const ask = { personId: "", fullName: who.name, username: who.username, password };
  const account = sure(answered(await identity.makeAccount(ask, { requestId: key("account", who.username) })));
  for (const role of roles) {
    const granted = await identity.grantRole(
      { personId: account.personId, role, libraryId, client: "", from: undefined, until: undefined },
      { requestId: key("role", who.username, role) },
    );
    sure(answered(granted));
  }
}

export type NewReader = { name: string; card: string; birth: string; pin: string };

/** Registers a reader seen at the desk. @returns the person, or undefined where the card was given before */
export async function registerReader(doors: Doors, libraryId: string, reader: NewReader): Promise<string | undefined> {
  const { identity } = await doors.as("sample-desk", libraryId);
  const ask = {
    fullName: reader.name,
    birthDate: reader.birth,
    category: PatronCategory.ADULT,
    cardNumber: reader.card,
    pin: reader.pin,
    paperSeen: "cccd",
  };
  const given = answered(await identity.registerPatron(ask, { requestId: key("reader", libraryId, reader.card) }));
  if (!isRefusal(given)) return given.personId;
  if (given.refused.code.endsWith("/card-number-taken")) return undefined;
  throw notMade(given);
}

/** An account for a reader. */
export async function openAccount(
  doors: Doors,
  personId: string,
  reader: { username: string; name: string },
  password: string,
): Promise<void> {
  const { identity } = await doors.as("setup");
  const ask = { personId, fullName: reader.name, username: reader.username, password };
  sure(answered(await identity.makeAccount(ask, { requestId: key("account", reader.username) })));
}

// The same world is made with the same request ids: a start that was interrupted goes on where it was.
const key = (...parts: string[]) => `sample-world/${parts.map(encodeURIComponent).join("/")}`;

function sure<Value>(value: Value | Refusal): Value {
  if (isRefusal(value)) throw notMade(value);
  return value;
}

const notMade = ({ refused }: Refusal) =>
  new Error(`The sample world could not be made: ${refused.code} ${JSON.stringify(refused.details)}`);
