import { all, one, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { enqueue, job } from "@lienthong/jobs/job.ts";
import { z } from "zod";
import { signInServer, type Standing } from "./sign-in-server.ts";

/** Whose standing is mirrored: a person with their accounts, or a program. */
export type Holder = { person: string } | { client: string };

/**
 * Writes into the sign-in server what this database says of a person or a program: person, level of assurance, roles.
 * Queued with every change of these, so that the next token, at most a minute later, says them. It needs no bus.
 */
export const mirrorRoles = job(
  "mirror-roles",
  { payload: z.union([z.object({ person: z.uuid() }), z.object({ client: z.string() })]) },
  async (work) => {
    await work.as(async (tx) => {
      const { stamps } = await mirror(tx, work.payload);
      await run(
        tx,
        sql`update held_role set mirror_due = false where mirror_due and id::text || ' ' || version = any(${stamps})`,
      );
    });
  },
);

export const enqueueMirror = (tx: Transaction, holder: Holder) =>
  enqueue(tx, mirrorRoles, holder, `mirror-roles:${nameOf(holder)}`);

/**
 * The same, at once. The sign-in server is asked inside the transaction, for the sake of its lock: of two that mirror one
 * holder the second reads after the first wrote, so the newest is written last; a kill lets go of the lock. No row is
 * locked meanwhile.
 * @throws CallFault unavailable
 */
export async function mirror(tx: Transaction, holder: Holder): Promise<Wanted> {
  await run(tx, sql`select pg_advisory_xact_lock(hashtextextended(${`mirror ${nameOf(holder)}`}, 0))`);
  const wanted = await standingOf(tx, holder);
  await write(holder, wanted);
  return wanted;
}

const nameOf = (holder: Holder) => ("person" in holder ? holder.person : holder.client);

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
  // The moment is the statement's, not the transaction's, which may have waited for its turn.
  const roles = await all<{ name: string; held: boolean; stamp: string }>(
    tx,
    sql`
    select role || coalesce('@' || library_id, '') as name,
           withdrawn_at is null and valid @> statement_timestamp() as held, id::text || ' ' || version as stamp
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
