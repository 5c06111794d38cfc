import { all, one, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { enqueue, job } from "@lienthong/jobs/job.ts";
import { z } from "zod";
import { signInServer, type Standing } from "./sign-in-server.ts";

/** Whose standing is mirrored: a person with their accounts, or a program. */
export type Holder = { person: string } | { client: string };

/**
 * Writes into the sign-in server what this database says of a person or a program: person, level of assurance, roles.
 * Queued with every change of these, so that the next token, at most a minute later, says them.
 */
export const mirrorRoles = job(
  "mirror-roles",
  { payload: z.union([z.object({ person: z.uuid() }), z.object({ client: z.string() })]) },
  async (work) => {
    const { stamps } = await mirror(work.as, work.payload);
    await work.as((tx) =>
      run(
        tx,
        sql`update held_role set mirror_due = false where mirror_due and id::text || ' ' || version = any(${stamps})`,
      ),
    );
  },
);

export const enqueueMirror = (tx: Transaction, holder: Holder) =>
  enqueue(tx, mirrorRoles, holder, `mirror-roles:${"person" in holder ? holder.person : holder.client}`);

// Roles change some times a day, not some times a second: more turns than these mean a fault.
const turnsMax = 10;

/**
 * The same, at once. Two that mirror at the same time may overtake each other between reading and writing, so each reads
 * again after it wrote, and whoever wrote what is no longer true writes again: the last word at the server is the newest.
 */
export async function mirror(
  as: <Result>(read: (tx: Transaction) => Promise<Result>) => Promise<Result>,
  holder: Holder,
): Promise<Wanted> {
  let wanted = await as((tx) => standingOf(tx, holder));
  for (let turns = 0; turns < turnsMax; turns += 1) {
    await write(holder, wanted);
    const now = await as((tx) => standingOf(tx, holder));
    if (JSON.stringify(now) === JSON.stringify(wanted)) return now;
    wanted = now;
  }
  throw new Error("The roles changed faster than they could be mirrored");
}

async function write(holder: Holder, { subjects, everHeld, stamps: _read, ...standing }: Wanted): Promise<void> {
  if ("person" in holder) {
    for (const subject of subjects) await signInServer().write(subject, standing);
    return;
  }
  const subject = await signInServer().serviceAccountOf(holder.client);
  // A program may have roles of the platform from the realm's own file, such as the first that registers libraries: those
  // that this database has never said anything about stay as they are.
  const fromTheRealm = (role: string) => !role.includes("@") && !everHeld.includes(role);
  if (subject) await signInServer().write(subject, standing, fromTheRealm);
}

// Stamps say which rows, in which version, this was read from.
type Wanted = Standing & { subjects: string[]; everHeld: string[]; stamps: string[] };

async function standingOf(tx: Transaction, holder: Holder): Promise<Wanted> {
  const person = "person" in holder ? holder.person : undefined;
  const client = "client" in holder ? holder.client : undefined;
  const roles = await all<{ name: string; held: boolean; stamp: string }>(
    tx,
    sql`
    select role || coalesce('@' || library_id, '') as name, withdrawn_at is null and valid @> now() as held,
           id::text || ' ' || version as stamp
    from held_role where person_id = ${person ?? null} or client = ${client ?? null} order by name, id`,
  );
  const held = roles.filter((role) => role.held).map((role) => role.name);
  const everHeld = roles.map((role) => role.name);
  const stamps = roles.map((role) => role.stamp);
  if (person === undefined) return { person, loa: 0, roles: held, subjects: [], everHeld, stamps };
  const accounts = await all<{ subject: string }>(
    tx,
    sql`select subject from account where person_id = ${person} order by subject`,
  );
  const { loa } = await one<{ loa: number }>(tx, sql`select loa from person where id = ${person}`);
  return { person, loa, roles: held, subjects: accounts.map((account) => account.subject), everHeld, stamps };
}
