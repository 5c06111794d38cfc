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

/** The turns of one session at one library: what was scanned, newest first, also after a reload. */
export type DeskTurns = {
  /** Begins a turn with a reader's card. @returns its id */
  begin(kind: TurnKind, card: { cardNumber: string; personId: string }): Promise<string>;
  /** @param id of the turn; without one, the session's open turn of this kind */
  open(kind: TurnKind, id?: string): Promise<Turn | undefined>;
  /** Notes what a scan came to; the same request id is noted once. Begins a turn where none is open. */
  note(kind: TurnKind, answer: { requestId: string; code: string } & ScanAnswer, id?: string): Promise<void>;
  end(kind: TurnKind, id: string): Promise<void>;
};

// What is shown of a turn; a pile of returns is longer, and its older half is of no use on the screen.
const answersShown = 30;

export function deskTurns(database: Database, seal: Seal, session: Buffer, libraryId: string): DeskTurns {
  const inDatabase = <T>(work: (tx: Transaction) => Promise<T>) => database.transact(portalActor, work);
  const place = `card ${session.toString("base64url")}`;

  const openTurn = (tx: Transaction, kind: TurnKind, id?: string) =>
    optional<{ id: string; begunAt: Date; personId: string | null; sealedCard: Buffer | null }>(
      tx,
      sql`
      select id, begun_at as "begunAt", person_id as "personId", sealed_card as "sealedCard"
      from desk_turn
      where session = ${session} and library_id = ${libraryId} and kind = ${kind} and ended_at is null
        and (${id ?? null}::uuid is null or id = ${id ?? null})
      order by begun_at desc limit 1`,
    );

  const begin = (tx: Transaction, kind: TurnKind, sealedCard: Buffer | null, personId: string | null) =>
    one<{ id: string }>(
      tx,
      sql`
      insert into desk_turn (session, library_id, kind, sealed_card, person_id)
      values (${session}, ${libraryId}, ${kind}, ${sealedCard}, ${personId}) returning id`,
    );

  return {
    begin: (kind, { cardNumber, personId }) =>
      inDatabase(async (tx) => (await begin(tx, kind, seal.close(cardNumber, place), personId)).id),

    open: (kind, id) =>
      inDatabase(async (tx) => {
        const turn = await openTurn(tx, kind, id);
        if (!turn) return undefined;
        const rows = await all<{ requestId: string; at: Date; answer: object }>(
          tx,
          sql`
          select request_id as "requestId", at, answer from desk_answer
          where turn_id = ${turn.id} order by at desc, request_id limit ${answersShown}`,
        );
        const { id: turnId, begunAt, personId, sealedCard } = turn;
        const cardNumber = sealedCard ? (seal.open(sealedCard, place) ?? null) : null;
        const answers = rows.map(
          ({ requestId, at, answer }) => ({ ...withDates(answer), requestId, at }) as TurnAnswer,
        );
        return { id: turnId, begunAt, personId, cardNumber, answers };
      }),

    note: (kind, { requestId, ...answer }, id) =>
      inDatabase(async (tx) => {
        const turn = (await openTurn(tx, kind, id)) ?? (await begin(tx, kind, null, null));
        await run(
          tx,
          sql`
          insert into desk_answer (turn_id, request_id, answer) values (${turn.id}, ${requestId}, ${JSON.stringify(answer)})
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
function withDates(answer: object): object {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) =>
    typeof value === "string" && /(At|Until)$/.test(key) ? new Date(value) : value,
  );
}
