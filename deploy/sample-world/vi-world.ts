import { createReadStream, existsSync, readdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { createInterface } from "node:readline";
import { LibraryKind, LibraryLevel } from "@lienthong/proto/identity/v1/library.ts";
import { z } from "zod";
import type { Doors } from "./doors.ts";
import { fileBytes, importFile } from "./import-file.ts";
import { letProgramsWork, register, registerReader } from "./register.ts";

const libraryLine = z.object({
  code: z.string(),
  kind: z.enum(["QG", "CC", "CN", "VT", "DH", "PT", "CD", "NN"]),
  name: z.string(),
  provinceCode: z.string(),
  province: z.string(),
  branches: z.array(z.object({ name: z.string() })).default([]),
});
const patronLine = z.object({
  name: z.string(),
  birth: z.string(),
  cards: z.array(z.object({ library: z.string(), number: z.string() })),
});

/** The two-letter kinds of a made world as the kinds of the law. */
const kinds: Record<z.infer<typeof libraryLine>["kind"], LibraryKind> = {
  QG: LibraryKind.NATIONAL,
  CC: LibraryKind.PUBLIC,
  CN: LibraryKind.SPECIALISED,
  VT: LibraryKind.ARMED_FORCES,
  DH: LibraryKind.UNIVERSITY,
  PT: LibraryKind.EDUCATION,
  CD: LibraryKind.COMMUNITY,
  NN: LibraryKind.FOREIGN,
};
const readersAtOnce = 8;

/**
 * Takes a made world of libraries: those and their readers that are not there yet are made, the files in its `marc/` are
 * imported for the library whose code is their name. A code from outside becomes another name of the library.
 */
export async function takeWorld(doors: Doors, folder: string, say: (line: string) => void): Promise<void> {
  const ids = new Map<string, string>();
  for await (const line of lines(join(folder, "libraries.jsonl"))) {
    const library = libraryLine.parse(line);
    const id = await register(doors, {
      code: "",
      name: library.name,
      kind: kinds[library.kind],
      level: library.kind === "CC" ? LibraryLevel.PROVINCE : LibraryLevel.UNSPECIFIED,
      province: library.provinceCode,
      altIds: [{ scheme: "vi-world", value: library.code }],
      branches: (library.branches.length > 0 ? library.branches : [{ name: library.name }]).map(({ name }) => ({
        name,
        commune: "",
        address: library.province,
      })),
    });
    await letProgramsWork(doors, id);
    ids.set(library.code, id);
  }
  say(`${ids.size} libraries`);
  say(`${await takeReaders(doors, join(folder, "patrons.jsonl"), ids)} reader cards`);
  for (const file of readdirSync(join(folder, "marc")).sort()) {
    const id = ids.get(basename(file, extname(file)));
    if (!id) {
      say(`${file}: left alone, no library of this world has this code`);
      continue;
    }
    const ended = await importFile(doors, id, file, fileBytes(join(folder, "marc", file)));
    if (typeof ended === "string") say(`${file}: refused, ${ended}`);
    else
      say(
        `${file}: ${ended.read} records read, ${ended.added} added, ${ended.unchanged} unchanged, ${ended.quarantined} set aside`,
      );
  }
}

async function takeReaders(doors: Doors, path: string, ids: Map<string, string>): Promise<number> {
  if (!existsSync(path)) return 0;
  let cards = 0;
  let running: Promise<unknown>[] = [];
  for await (const line of lines(path)) {
    const patron = patronLine.parse(line);
    for (const card of patron.cards) {
      const id = ids.get(card.library);
      if (!id) continue;
      cards += 1;
      // Each library has registered its readers by itself: who is the same person is for the person to say. No PIN is known.
      running.push(registerReader(doors, id, { name: patron.name, card: card.number, birth: patron.birth, pin: "" }));
      if (running.length === readersAtOnce) {
        await Promise.all(running);
        running = [];
      }
    }
  }
  await Promise.all(running);
  return cards;
}

async function* lines(path: string): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: createReadStream(path) })) if (line.trim()) yield JSON.parse(line);
}
