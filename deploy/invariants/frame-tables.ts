import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const migrations = join(import.meta.dirname, "../../shared/database/migrations");

/**
 * What the frame keeps for a service as a whole, whoever acted: no call reads it out, and none of it is any library's.
 * Everything else in a service's schema belongs to its rooms.
 */
export const frameTables: readonly string[] = [
  "frame_migration",
  "migration",
  ...readdirSync(migrations).flatMap((file) =>
    [...readFileSync(join(migrations, file), "utf8").matchAll(/^create table (?:if not exists )?(\w+)/gm)].map(
      ([, name = ""]) => name,
    ),
  ),
];

/** The same for a statement, as an array of PostgreSQL's. */
export const frameTableArray = `'{${frameTables.join(",")}}'::text[]`;
