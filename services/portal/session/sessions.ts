import { serviceActor } from "@lienthong/auth/actor.ts";
import type { Database } from "@lienthong/database/database.ts";
import { optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { patience } from "./patience.ts";
import { ProviderDown, type Provider, type Tokens } from "./provider.ts";
import type { Seal } from "./seal.ts";

/** A signed-in browser as one request sees it. */
export type Session = {
  idHash: Buffer;
  personId: string;
  name: string;
  libraryId: string | null;
  tokens: Tokens;
};

export type Sessions = {
  /** Opens a session. @returns the opaque id for the browser's cookie */
  open(person: { personId: string; name: string }, tokens: Tokens): Promise<string>;
  /**
   * The session of a cookie with an access token that lives for at least some seconds more; undefined when there is none
   * or it has ended.
   * @throws ProviderDown when the token has run out and the sign-in server does not answer, or not soon
   */
  of(cookie: string | undefined): Promise<Session | undefined>;
  chooseLibrary(session: Session, libraryId: string): Promise<void>;
  /** Ends a session. @returns its tokens, to end the one at the sign-in server too */
  close(cookie: string | undefined): Promise<Tokens | undefined>;
  /** Ends every session that belongs to a session of the sign-in server. */
  closeByProvider(providerSession: string): Promise<number>;
};

/** The actor of the portal's own rows: sessions and desk lists. Calls to other services carry the person's token. */
export const portalActor = serviceActor("portal");

// As long as the sign-in server's own longest session.
const sessionHours = 12;
// An access token lives 60 seconds; one with less left is renewed, while work goes on with it.
const freshSeconds = 15;
// One with less left could run out within a call's deadline: the new one is waited for.
const enoughSeconds = 6;
const refreshWaitMs = 1_000;
// A refresh is one request; who died in the middle of it is not waited for any longer than this.
const refreshLeaseSeconds = 12;
const idLength = 43;

type Row = {
  idHash: Buffer;
  sealed: Buffer;
  personId: string;
  libraryId: string | null;
};
type Sealed = { name: string; tokens: Tokens };

/** Sessions in the portal's database. */
export function sessions(database: Database, seal: Seal, provider: Provider): Sessions {
  const refreshing = new Map<string, Promise<Session | undefined>>();
  const soon = patience(refreshWaitMs);
  const inDatabase = <T>(work: (tx: Transaction) => Promise<T>) => database.transact(portalActor, work);
  const pack = (idHash: Buffer, content: Sealed) => seal.close(JSON.stringify(content), placeOf(idHash));

  function read(row: Row | undefined): Session | undefined {
    const text = row && seal.open(row.sealed, placeOf(row.idHash));
    if (!row || text === undefined) return undefined;
    const { name, tokens } = JSON.parse(text) as Sealed;
    return { idHash: row.idHash, personId: row.personId, libraryId: row.libraryId, name, tokens };
  }

  const find = async (idHash: Buffer) => read(await inDatabase((tx) => optional<Row>(tx, sessionRow(idHash))));

  /** One refresh at a time: in this process by the map, among replicas by a lease on the row. */
  async function refreshed(session: Session): Promise<Session | undefined> {
    const giveUpAt = Date.now() + refreshLeaseSeconds * 1000;
    for (;;) {
      const current = await find(session.idHash);
      if (!current || secondsLeft(current.tokens) > freshSeconds) return current;
      if (await inDatabase((tx) => takeLease(tx, session.idHash))) return refreshOwn(current);
      if (Date.now() > giveUpAt) throw new ProviderDown("Another replica has asked for new tokens and got none");
      await pause(100);
    }
  }

  /** While the sign-in server is away or slow, work goes on until the token ends. */
  async function untilRenewed(session: Session, running: Promise<Session | undefined>): Promise<Session | undefined> {
    const renewed = soon(running);
    const left = secondsLeft(session.tokens);
    if (left > enoughSeconds) {
      renewed.catch(() => undefined);
      return session;
    }
    try {
      const come = await renewed;
      if (come) return come.answer;
    } catch (cause) {
      if (!(cause instanceof ProviderDown) || left <= 1) throw cause;
    }
    if (left <= 1) throw new ProviderDown("The sign-in server is slow to give new tokens");
    return session;
  }

  async function refreshOwn(session: Session): Promise<Session | undefined> {
    const { idHash, name } = session;
    const tokens = await provider.refresh(session.tokens).catch(async (cause: unknown) => {
      await inDatabase((tx) => run(tx, sql`update session set refreshing_until = null where id_hash = ${idHash}`));
      throw cause;
    });
    if (!tokens) {
      await inDatabase((tx) => run(tx, sql`delete from session where id_hash = ${idHash}`));
      return undefined;
    }
    await inDatabase((tx) =>
      run(
        tx,
        sql`update session set sealed = ${pack(idHash, { name, tokens })}, refreshing_until = null where id_hash = ${idHash}`,
      ),
    );
    return { ...session, tokens };
  }

  return {
    async open({ personId, name }, tokens) {
      const id = randomBytes(32).toString("base64url");
      const idHash = hashOf(id);
      await inDatabase((tx) =>
        run(
          tx,
          sql`
          insert into session (id_hash, sealed, person_id, provider_session, expires_at)
          values (${idHash}, ${pack(idHash, { name, tokens })}, ${personId}, ${tokens.providerSession},
                  now() + make_interval(hours => ${sessionHours}))`,
        ),
      );
      return id;
    },

    async of(cookie) {
      if (cookie?.length !== idLength) return undefined;
      const idHash = hashOf(cookie);
      const session = await find(idHash);
      if (!session || secondsLeft(session.tokens) > freshSeconds) return session;
      const key = placeOf(idHash);
      const running = refreshing.get(key) ?? refreshed(session).finally(() => refreshing.delete(key));
      refreshing.set(key, running);
      return untilRenewed(session, running);
    },

    async chooseLibrary(session, libraryId) {
      await inDatabase((tx) =>
        run(tx, sql`update session set library_id = ${libraryId} where id_hash = ${session.idHash}`),
      );
    },

    async close(cookie) {
      if (cookie?.length !== idLength) return undefined;
      const row = await inDatabase((tx) =>
        optional<Row>(
          tx,
          sql`
          delete from session where id_hash = ${hashOf(cookie)}
          returning id_hash as "idHash", sealed, person_id as "personId", library_id as "libraryId"`,
        ),
      );
      return read(row)?.tokens;
    },

    closeByProvider: (providerSession) =>
      inDatabase((tx) => run(tx, sql`delete from session where provider_session = ${providerSession}`)),
  };
}

const sessionRow = (idHash: Buffer) => sql`
  select id_hash as "idHash", sealed, person_id as "personId", library_id as "libraryId"
  from session where id_hash = ${idHash} and expires_at > now()`;

/** Takes the right to fetch new tokens, when nobody has it. */
const takeLease = (tx: Transaction, idHash: Buffer) =>
  run(
    tx,
    sql`
    update session set refreshing_until = now() + make_interval(secs => ${refreshLeaseSeconds})
    where id_hash = ${idHash} and (refreshing_until is null or refreshing_until < now())`,
  );

const hashOf = (id: string) => createHash("sha256").update(id).digest();
const placeOf = (idHash: Buffer) => `session ${idHash.toString("base64url")}`;
const secondsLeft = (tokens: Tokens) => tokens.accessEnds - Date.now() / 1000;
