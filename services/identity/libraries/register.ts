import { all, one, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { RegisterLibraryRequest, RegisterLibraryResponse } from "@lienthong/proto/identity/v1/service.ts";
import { type AltId, type Library, LibraryKind, LibraryLevel } from "@lienthong/proto/identity/v1/library.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { badInput } from "@lienthong/rpc/fault.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { aDay, checked, text } from "../asked.ts";
import { actForMinistry } from "../ministry.ts";
import { newBranch, openBranch, provinceProblem } from "./branch.ts";
import { checkCharacter, drawCode } from "./code.ts";
import { wordOf } from "./facts.ts";
import { announceLibrary, civilToday, libraryToday } from "./library.ts";
import { provinceOn } from "./provinces.ts";

export const refuse = refusals("identity.register-library", {
  "code-taken": "Another library has this code.",
  "alt-id-taken": "Another library has this code from outside.",
});

export const RegisterLibrary = command<RegisterLibraryRequest, RegisterLibraryResponse>((ask, caller) => {
  const wanted = checked(shape, ask);
  return caller.as(async (tx) => outcome(await registerLibrary(tx, wanted), "library", (library) => library));
});

const shape = z.object({
  id: z.string(),
  name: text(200),
  kind: z.string(),
  level: z.string(),
  province: z.string(),
  altIds: z
    .array(
      z.object({
        scheme: z.string().regex(/^[a-z0-9-]{1,30}$/, "lower-case letters, digits and hyphens"),
        value: z.string().min(1, "must not be empty").max(60, "at most 60 characters"),
      }),
    )
    .max(20, "at most 20 codes from outside"),
  branches: z.array(newBranch).max(100, "at most 100 branches at once; add others one by one"),
  from: aDay,
});
export type NewLibrary = z.output<typeof shape>;

/** Registers a library under a code that is its own for ever, with what is known of it since its founding. */
export async function registerLibrary(tx: Transaction, wanted: NewLibrary): Promise<Library | Refusal> {
  const today = await civilToday(tx);
  checkRegistration(wanted, today);
  await actForMinistry(tx);
  // Registrations are rare, and go one after another: what is free when it is looked at is free when it is taken.
  await run(tx, sql`select pg_advisory_xact_lock(hashtext('register-library'))`);
  const refusal = await codesTaken(tx, wanted);
  if (refusal) return refusal;

  const id = wanted.id || (await freeCode(tx));
  await run(tx, sql`insert into library (id, founded) values (${id}, ${wanted.from})`);
  for (const [attribute, value, from] of firstFacts(wanted)) {
    await run(
      tx,
      sql`
      insert into library_fact (library_id, attribute, value, valid, source, entered_by)
      values (${id}, ${attribute}, ${value}, daterange(${from}, null), 'registration', ${tx.actor.id})`,
    );
  }
  for (const { scheme, value } of wanted.altIds) {
    await run(
      tx,
      sql`insert into library_alt_id (library_id, scheme, value, valid)
          values (${id}, ${scheme}, ${value}, daterange(${wanted.from}, null))`,
    );
  }
  await announceLibrary(tx, id);
  for (const branch of wanted.branches) await openBranch(tx, id, branch);
  return libraryToday(tx, id);
}

/** What a registration says, as facts with their first day. */
function firstFacts(wanted: NewLibrary): [attribute: string, value: string, from: string][] {
  const level = wordOf(LibraryLevel, wanted.level);
  // The province is told as it is today. Where its unit is younger than the library, it is not known in which unit the
  // library was before: the same code may have meant another one.
  const unitSince = provinceOn(wanted.province, "9999-12-31")?.from ?? wanted.from;
  return [
    ["name", wanted.name, wanted.from],
    ["kind", wordOf(LibraryKind, wanted.kind) ?? "", wanted.from],
    ...(level ? [["level", level, wanted.from] as [string, string, string]] : []),
    ["province", wanted.province, unitSince > wanted.from ? unitSince : wanted.from],
    ["active", "true", wanted.from],
  ];
}

function checkRegistration(wanted: NewLibrary, today: string): void {
  const problems: { field: string; problem: string }[] = [];
  const wrong = (field: string, problem: string | undefined) => problem && problems.push({ field, problem });
  const kind = wordOf(LibraryKind, wanted.kind);
  if (!kind) wrong("kind", "one of the eight kinds of the law");
  const leveled = wordOf(LibraryLevel, wanted.level) !== undefined;
  if (kind === "PUBLIC" && !leveled) wrong("level", "a public library is of a province or of a commune");
  if (kind !== "PUBLIC" && leveled) wrong("level", "only public libraries have a level");
  wrong("province", provinceProblem(wanted.province, today));
  wanted.branches.forEach((branch, at) => {
    wrong(`branches.${at}.province`, provinceProblem(branch.province, today));
  });
  if (wanted.from > today) wrong("from", "the day of founding has not come yet");
  if (wanted.id !== "") wrong("id", codeProblem(wanted.id));
  if (problems.length > 0) throw badInput(...problems);
}

function codeProblem(id: string): string | undefined {
  if (!/^VN-[0-9A-Z]{7}$/.test(id))
    return "VN- and seven upper-case letters or digits; leave it empty to have one drawn";
  const right = checkCharacter(id.slice(3, 9));
  return id.at(-1) === right ? undefined : `the check character of ${id.slice(0, 9)} is ${right}`;
}

async function codesTaken(tx: Transaction, wanted: NewLibrary): Promise<Refusal | undefined> {
  const taken = wanted.id && (await optional(tx, sql`select from library where id = ${wanted.id}`));
  if (taken) return refuse("code-taken", { code: wanted.id });
  const [clash] = await all<AltId>(
    tx,
    sql`
    select scheme, value from library_alt_id
    join unnest(${wanted.altIds.map((alt) => alt.scheme)}::text[], ${wanted.altIds.map((alt) => alt.value)}::text[])
      as wanted(scheme, value) using (scheme, value)
    where valid && daterange(${wanted.from}, null) limit 1`,
  );
  return clash && refuse("alt-id-taken", { scheme: clash.scheme, value: clash.value });
}

/** A code that no library has. With a thousand million codes and some ten thousand libraries the first draw is nearly always free. */
async function freeCode(tx: Transaction): Promise<string> {
  for (let draws = 0; draws < 20; draws += 1) {
    const code = drawCode();
    const { free } = await one<{ free: boolean }>(
      tx,
      sql`select not exists (select from library where id = ${code}) as free`,
    );
    if (free) return code;
  }
  throw new Error("Twenty codes drawn in a row were taken");
}
