import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

type Shape = Record<string, z.ZodType>;
export type Settings<S extends Shape> = { readonly [K in keyof S]: z.output<S[K]> };

/** A setting that stops the start: which one, what was given, what is expected. */
export class SettingsError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The settings are not usable:\n  ${problems.join("\n  ")}`);
    this.problems = problems;
  }
}

/**
 * Reads settings from the environment and checks them.
 * @param shape setting's name → zod type with a description; defaults live in the type
 * @param environment the process's environment unless a test gives its own
 * @throws SettingsError naming every wrong setting, what was given (secrets are files and so never printed) and what is expected
 */
export function readSettings<S extends Shape>(shape: S, environment: NodeJS.ProcessEnv = process.env): Settings<S> {
  const read: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, type] of Object.entries(shape)) {
    const given = environment[name] === "" ? undefined : environment[name];
    const parsed = type.safeParse(given);
    if (parsed.success) {
      read[name] = parsed.data;
      continue;
    }
    const expected = parsed.error.issues.map((issue) => issue.message).join("; ");
    const meaning = type.description ? ` (${type.description})` : "";
    problems.push(`${name}${meaning}: ${given === undefined ? "is missing" : `is "${given}"`}; ${expected}`);
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return read as Settings<S>;
}

/** A setting that names a file with a secret in it; the setting's value is the secret without a final line break. */
export const secretFile = (meaning: string) =>
  z
    .string()
    .refine((path) => existsSync(path), "expected: the path of a file that exists")
    .transform((path) => readFileSync(path, "utf8").trimEnd())
    .describe(meaning);

/** A TCP port a server may listen on. */
export const port = (fallback: number) => z.coerce.number().int().min(1024).max(65535).default(fallback);
