import { one, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Person, SignInRequest, SignInResponse } from "@lienthong/proto/identity/v1/service.ts";
import { type Caller, command } from "@lienthong/rpc/answer.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { enqueueMirror, mirror } from "../accounts/mirror.ts";
import { signInServer } from "../accounts/sign-in-server.ts";
import { cardsWhere, shownCard } from "../cards/card.ts";

/**
 * The person of the token, made at the first sign-in. Before it answers that a fresh token is needed, the sign-in server
 * knows what that one has to say.
 */
export const SignIn = command<SignInRequest, SignInResponse>(async (_ask, caller) => {
  const known = await caller.read((tx) => knownAccount(tx));
  const named = known ? undefined : await nameAtServer(caller.actor.id);
  const reply = await caller.as((tx) => signIn(tx, named));
  if (reply.refreshToken && reply.person) await tellServer(caller, reply.person.id);
  return reply;
});

type Named = { username: string; fullName: string };

async function nameAtServer(subject: string): Promise<Named> {
  const named = await signInServer().nameOf(subject);
  // The account was removed while its last token is still valid.
  if (!named) throw new CallFault("no-token", "The account does not exist any more");
  return named;
}

const knownAccount = (tx: Transaction) =>
  optional<{ personId: string }>(
    tx,
    sql`select person_id::text as "personId" from account where subject = ${tx.actor.id}`,
  );

async function signIn(tx: Transaction, named: Named | undefined): Promise<SignInResponse> {
  if (named) await makePerson(tx, named);
  const account = await knownAccount(tx);
  if (!account) throw new Error("An account has no person after its sign-in");
  const person = await one<Omit<Person, "cards">>(
    tx,
    sql`select id::text, full_name as "fullName", loa from person where id = ${account.personId}`,
  );
  const cards = await cardsWhere(tx, sql`card.person_id = ${person.id} order by card.id limit 100`);
  const tokenSays = tx.actor.personId === person.id && tx.actor.loa === person.loa;
  if (!tokenSays) await enqueueMirror(tx, { person: person.id });
  return { person: { ...person, cards: cards.map(shownCard) }, refreshToken: !tokenSays };
}

/** A person whom nobody has seen yet. Two first sign-ins at once make one. */
async function makePerson(tx: Transaction, { username, fullName }: Named): Promise<void> {
  await run(tx, sql`select pg_advisory_xact_lock(hashtextextended(${tx.actor.id}, 0))`);
  if (await knownAccount(tx)) return;
  // The row may be read by its account's person only, and there is no account before there is a person: hence no returning.
  const { id } = await one<{ id: string }>(tx, sql`select uuidv7()::text as id`);
  await run(tx, sql`insert into person (id, full_name, loa) values (${id}, ${fullName.slice(0, 200)}, 0)`);
  await run(tx, sql`insert into account (subject, person_id, username) values (${tx.actor.id}, ${id}, ${username})`);
}

// Each tells with a database connection in its hand. While the sign-in server hangs, the desks need the others.
const tellingMax = 4;
let telling = 0;

/** Queued as well, so that a server that is away, or many sign-ins at once, cost the reader a second try and nothing else. */
async function tellServer(caller: Caller, person: string): Promise<void> {
  if (telling === tellingMax) return;
  telling += 1;
  await caller
    .read((tx) => mirror(tx, { person }))
    .catch((error: unknown) => {
      caller.log.warn({ err: error }, "the sign-in server could not be told of a person yet");
    })
    .finally(() => {
      telling -= 1;
    });
}
