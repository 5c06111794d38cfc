import { join } from "node:path";
import type { Doors } from "./doors.ts";
import { fileBytes, givenBytes, importFile } from "./import-file.ts";
import { sampleLibraries } from "./libraries.ts";
import { madeRecords } from "./made-records.ts";
import { hireLibrarian, letProgramsWork, openAccount, register, registerReader } from "./register.ts";

/** The PIN of every sample card; a real one is chosen by its reader. */
export const samplePin = "246810";

/**
 * Makes a small world to try everything on: three libraries with branches, a librarian and two readers each, made records
 * with shared titles, and a few real ones. Made twice, it is made once.
 * @param password of every sample account
 */
export async function makeSampleWorld(doors: Doors, password: string): Promise<void> {
  for (const [which, library] of sampleLibraries.entries()) {
    await register(doors, { ...library, altIds: [] });
    await letProgramsWork(doors, library.code);
    await hireLibrarian(doors, library.code, library.librarian, password);
    for (const reader of library.readers) {
      const personId = await registerReader(doors, library.code, { ...reader, pin: samplePin });
      if (personId) await openAccount(doors, personId, reader, password);
    }
    await importFile(doors, library.code, "bieu-ghi-mau.mrc", givenBytes(madeRecords(library.code, which)));
  }
  const [first] = sampleLibraries;
  if (!first) return;
  for (const real of ["cornell.mrc", "ruby-marc.mrc"]) {
    await importFile(doors, first.code, real, fileBytes(join(import.meta.dirname, "records", real)));
  }
}
