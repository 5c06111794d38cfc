import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { LibraryKind, LibraryLevel } from "@lienthong/proto/identity/v1/library.ts";
import type { Doors } from "../deploy/sample-world/doors.ts";
import { letProgramsWork, register } from "../deploy/sample-world/register.ts";
import { type Api, type Imported, openApi } from "./api.ts";
import type { Surroundings } from "./surroundings.ts";

/** What became of one file; `refused` says why it is no MARC file. */
export type Taken = { library: string; file: string; imported?: Imported; refused?: string };

/**
 * Takes in a folder of MARC files as libraries send them: each folder in it as one made library, each file through the
 * REST door. What is no MARC is refused by name, and the others go on. Says what became of each as a table.
 */
export async function takeRealFiles(
  doors: Doors,
  surroundings: Surroundings,
  folder: string,
  say: (line: string) => void,
): Promise<Taken[]> {
  const ids = new Map<string, string>();
  for (const library of await foldersIn(folder)) ids.set(library, await madeLibrary(doors, library));
  // Opened after the libraries were made: a token knows the libraries that its program worked for when it was given.
  const api = openApi(surroundings);
  const taken: Taken[] = [];
  say(row(["file", "read", "added", "changed", "same", "set aside by reason, or refused why"]));
  for (const [library, id] of ids) {
    for (const file of await filesIn(join(folder, library))) {
      const one = { library, file, ...(await take(api, id, file, join(folder, library, file))) };
      taken.push(one);
      say(inWords(one));
    }
  }
  return taken;
}

async function take(api: Api, libraryId: string, name: string, path: string): Promise<Omit<Taken, "library" | "file">> {
  const imported = await api.importFile(libraryId, name, path);
  if (!("read" in imported)) {
    // What is no refusal of the file is a fault of ours, and nobody is to take it for the file's.
    assert.equal(imported.status, 422, `${path}: ${JSON.stringify(imported)}`);
    return { refused: imported.details?.detail ?? imported.code };
  }
  if (!imported.failure) return { imported };
  // XML that is no MARCXML is known as such only where its first record should be; the place says it.
  const aside = await api.quarantine(libraryId, imported.id);
  const place = "records" in aside ? aside.records.at(-1) : undefined;
  return { imported, refused: place ? `byte ${place.offset}: ${place.detail}` : imported.failure };
}

async function madeLibrary(doors: Doors, name: string): Promise<string> {
  const id = await register(doors, {
    code: "",
    name,
    kind: LibraryKind.FOREIGN,
    level: LibraryLevel.UNSPECIFIED,
    province: "01",
    altIds: [{ scheme: "folder", value: name }],
    branches: [{ name, commune: "", address: "" }],
  });
  await letProgramsWork(doors, id);
  return id;
}

function inWords({ library, file, imported, refused }: Taken): string {
  const counts = imported && [imported.read, imported.added, imported.changed, imported.unchanged];
  const aside = Object.entries(imported?.quarantineReasons ?? {}).map(([reason, count]) => `${reason} ${count}`);
  const why = refused === undefined ? aside.join(", ") : `refused: ${refused}`;
  return row([`${library}/${file}`, ...(counts?.map(String) ?? ["", "", "", ""]), why]);
}

const widths = [62, 5, 6, 8, 5];
const row = (cells: string[]) =>
  cells
    .map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0)))
    .join("  ")
    .trimEnd();

const foldersIn = async (folder: string) =>
  (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
const filesIn = async (folder: string) =>
  (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
