import { one, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Account, MakeAccountRequest, MakeAccountResponse } from "@lienthong/proto/identity/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { isRefusal, outcome, type Refusal, refusals, refused } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { anId, checked, text } from "../asked.ts";
import { actForMinistry } from "../ministry.ts";
import { enqueueMirror } from "./mirror.ts";
import { signInServer } from "./sign-in-server.ts";

export const refuse = refusals("identity.make-account", {
  "person-unknown": "No person that this library serves has this id.",
  "person-has-account": "The person already has an account.",
  "username-taken": "Somebody else has this username.",
  "password-refused": "The sign-in server does not accept this password.",
});

export const MakeAccount = command<MakeAccountRequest, MakeAccountResponse>(async (ask, caller) => {
  const wanted = checked(shape, ask);
  const reserved = await caller.read((tx) => reserve(tx, wanted));
  if (isRefusal(reserved)) return refused(reserved);
  const made = await signInServer().make({
    ...wanted,
    fullName: reserved.fullName,
    standing: { person: reserved.personId, loa: reserved.loa, roles: [] },
  });
  return caller.as(async (tx) => outcome(await finish(tx, wanted.username, reserved, made), "account", (it) => it));
});

const shape = z
  .object({
    personId: z.union([z.literal(""), anId]),
    fullName: z.string(),
    username: z
      .string()
      .transform((given) => given.trim().toLowerCase())
      .pipe(
        z.string().regex(/^[a-z0-9][a-z0-9._@-]{2,63}$/, "3 to 64 letters, digits, dots, hyphens, underscores or @"),
      ),
    // Length is what makes a password strong; twelve is our least for an account that may act for a library.
    password: z.string().min(12, "at least 12 characters").max(128, "at most 128 characters"),
  })
  .superRefine((ask, problems) => {
    const name = text(200).safeParse(ask.fullName);
    if (ask.personId === "" && !name.success) {
      problems.addIssue({ code: "custom", path: ["fullName"], message: "a name, or the id of a person" });
    }
  });

type Wanted = z.output<typeof shape>;
type Reserved = { personId: string; fullName: string; loa: number; madeNow: boolean };

// After this time a try that broke off holds its username no longer.
const reservedFor = "1 hour";

/** Chooses the person before the sign-in server is asked, so that a second try finds what the first one made there. */
async function reserve(tx: Transaction, wanted: Wanted): Promise<Reserved | Refusal> {
  const forMinistry = await actForMinistry(tx);
  const person = wanted.personId === "" ? undefined : await personToSignIn(tx, wanted, forMinistry);
  if (isRefusal(person)) return person;
  const { personId, mine } = await one<{ personId: string; mine: boolean }>(
    tx,
    sql`
    insert into account_reservation as held (username, person_id, asked_by)
    values (${wanted.username}, coalesce(${person?.personId ?? null}, uuidv7()), ${tx.actor.id})
    on conflict (username) do update set
      person_id = case when held.asked_by = excluded.asked_by and ${person === undefined} then held.person_id
                       when held.asked_by = excluded.asked_by or held.at < now() - ${reservedFor}::interval
                       then excluded.person_id else held.person_id end,
      asked_by = case when held.at < now() - ${reservedFor}::interval then excluded.asked_by else held.asked_by end
    returning person_id as "personId", asked_by = ${tx.actor.id} as mine`,
  );
  if (!mine) return refuse("username-taken", { username: wanted.username });
  // Who makes an account for staff knows them: their identity was seen.
  return person ?? { personId, fullName: text(200).parse(wanted.fullName), loa: 2, madeNow: true };
}

async function personToSignIn(tx: Transaction, wanted: Wanted, forMinistry: boolean): Promise<Reserved | Refusal> {
  const { personId, fullName, username } = wanted;
  const seen = await one<{ fullName: string | null; loa: number | null; known: boolean; hasAccount: boolean }>(
    tx,
    sql`
    select person.full_name as "fullName", person.loa, standing.known, standing.has_account as "hasAccount"
    from standing_of(${personId}) standing left join person on person.id = ${personId}`,
  );
  const { known, hasAccount } = seen;
  if (!known || (seen.fullName === null && !forMinistry)) return refuse("person-unknown");
  if (hasAccount) return refuse("person-has-account");
  // The ministry makes accounts of people whose data it does not see; the mirror writes what their tokens say.
  return { personId, fullName: seen.fullName ?? (fullName || username), loa: seen.loa ?? 0, madeNow: false };
}

/** Keeps which person the account belongs to, or lets go of the username that could not be had. */
async function finish(tx: Transaction, username: string, reserved: Reserved, made: string): Promise<Account | Refusal> {
  await actForMinistry(tx);
  await run(tx, sql`delete from account_reservation where username = ${username} and asked_by = ${tx.actor.id}`);
  if (made === "username-taken") return refuse("username-taken", { username });
  if (made === "password-refused") return refuse("password-refused");
  const { personId, fullName, loa, madeNow } = reserved;
  if (madeNow) {
    await run(
      tx,
      sql`
      insert into person (id, full_name, loa, library_id) values (${personId}, ${fullName}, ${loa}, ${tx.actor.libraryId})
      on conflict do nothing`,
    );
  }
  await run(
    tx,
    sql`
    insert into account (subject, person_id, username, library_id)
    values (${made}, ${personId}, ${username}, ${tx.actor.libraryId}) on conflict do nothing`,
  );
  await enqueueMirror(tx, { person: personId });
  return { personId, username };
}
