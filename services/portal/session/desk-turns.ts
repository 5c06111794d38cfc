import type { Database } from "@lienthong/database/database.ts";
import { all, one, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { CheckedIn, Loan, ScannedItem } from "@lienthong/proto/circulation/v1/service.ts";
import type { Refusal } from "@lienthong/rpc/refusal.ts";
import type { Seal } from "./seal.ts";
import { portalActor } from "./sessions.ts";

export type TurnKind = "check-out" | "check-in" | "pick" | "receive";

export type Turn = {
  id: string;
  begunAt: Date;
  personId: string | null;
  cardNumber: string | null;
  answers: TurnAnswer[];
};

/** What a scan came to, with the code that was scanned and when. */
export type TurnAnswer = { requestId: string; code: string; at: Date } & ScanAnswer;

export type ScanAnswer =
  | { is: "lent"; loan: Loan }
  | { is: "checked-in"; checkedIn: CheckedIn }
  | { is: "choice"; items: ScannedItem[] }
  | { is: "refused"; refusal: Refusal["refused"] };

/**
 * The turns of one session at one library: what was scanned, newest first, also after a reload. Who borrowed what lies
 * sealed in the database.
 */
export type DeskTurns = {
  /** Begins a turn with a reader's card. @returns its id */
  begin(kind: TurnKind, card: { cardNumber: string; personId: string }): Promise<string>;
  /** @param id of the turn; without one, the session's open turn of this kind */
  open(kind: TurnKind, id?: string): Promise<Turn | undefined>;
  /** Notes what a scan came to; the same request id is noted once. Begins a turn where none is open. */
  note(kind: TurnKind, answer: { requestId: string; code: string } & ScanAnswer, id?: string): Promise<void>;
  end(kind: TurnKind, id: string): Promise<void>;
};

type Reader = { cardNumber: string; personId: string };

// What is shown of a turn; a pile of returns is longer, and its older half is of no use on the screen.
const answersShown = 30;

export function deskTurns(database: Database, seal: Seal, session: Buffer, libraryId: string): DeskTurns {
  const inDatabase = <T>(work: (tx: Transaction) => Promise<T>) => database.transact(portalActor, work);
  const readerPlace = `reader ${session.toString("base64url")}`;
  const answerPlace = (turnId: string, requestId: string) => `answer ${turnId} ${requestId}`;

  const openTurn = (tx: Transaction, kind: TurnKind, id?: string) =>
    optional<{ id: string; begunAt: Date; sealedReader: Buffer | null }>(
      tx,
      sql`
      select id, begun_at as "begunAt", sealed_reader as "sealedReader"
      from desk_turn
      where session = ${session} and library_id = ${libraryId} and kind = ${kind} and ended_at is null
        and (${id ?? null}::uuid is null or id = ${id ?? null})
      order by begun_at desc limit 1`,
    );

  const begin = (tx: Transaction, kind: TurnKind, sealedReader: Buffer | null) =>
    one<{ id: string }>(
      tx,
      sql`
      insert into desk_turn (session, library_id, kind, sealed_reader)
      values (${session}, ${libraryId}, ${kind}, ${sealedReader}) returning id`,
    );

  return {
    begin: (kind, { cardNumber, personId }) =>
      inDatabase(async (tx) => {
        const reader: Reader = { cardNumber, personId };
        return (await begin(tx, kind, seal.close(JSON.stringify(reader), readerPlace))).id;
      }),

    open: (kind, id) =>
      inDatabase(async (tx) => {
        const turn = await openTurn(tx, kind, id);
        if (!turn) return undefined;
        const rows = await all<{ requestId: string; at: Date; sealed: Buffer }>(
          tx,
          sql`
          select request_id as "requestId", at, sealed from desk_answer
          where turn_id = ${turn.id} order by at desc, request_id limit ${answersShown}`,
        );
        const readerText = turn.sealedReader && seal.open(turn.sealedReader, readerPlace);
        const reader = readerText ? (JSON.parse(readerText) as Reader) : { cardNumber: null, personId: null };
        const answers = rows.flatMap(({ requestId, at, sealed }) => {
          const text = seal.open(sealed, answerPlace(turn.id, requestId));
          return text === undefined ? [] : [{ ...withDates(text), requestId, at } as TurnAnswer];
        });
        return { id: turn.id, begunAt: turn.begunAt, ...reader, answers };
      }),

    note: (kind, { requestId, ...answer }, id) =>
      inDatabase(async (tx) => {
        const turn = (await openTurn(tx, kind, id)) ?? (await begin(tx, kind, null));
        const sealed = seal.close(JSON.stringify(answer), answerPlace(turn.id, requestId));
        await run(
          tx,
          sql`
          insert into desk_answer (turn_id, request_id, sealed) values (${turn.id}, ${requestId}, ${sealed})
          on conflict do nothing`,
        );
      }),

    end: (kind, id) =>
      inDatabase(async (tx) => {
        await run(
          tx,
          sql`
          update desk_turn set ended_at = now() where id = ${id} and session = ${session} and kind = ${kind} and ended_at is null`,
        );
      }),
  };
}

/** JSON keeps an instant as text; what ends in `At` or `Until` is one again. */
function withDates(text: string): object {
  return JSON.parse(text, (key, value: unknown) =>
    typeof value === "string" && /(At|Until)$/.test(key) ? new Date(value) : value,
  );
}
