import type { Actor } from "@lienthong/auth/actor.ts";
import type { PoolClient, QueryResultRow } from "pg";
import { type Sql } from "sql-template-tag";
import type { Announced } from "./announced.ts";

export { default as sql, empty, join, raw, type Sql } from "sql-template-tag";

/** One database transaction as an actor. Everything a room does to its rows goes through one. */
export type Transaction = {
  readonly actor: Actor;
  /** The transaction's time, by the database's clock. */
  readonly now: Date;
  readonly client: PoolClient;
  /** The events that `announce` has taken; they are written when the work is done and published once it has committed. */
  readonly announced: Announced[];
  /** How many of them are written already. */
  written: number;
};

/** Runs a step in a transaction of its own, always as the same actor. */
export type As = <Result>(step: (tx: Transaction) => Promise<Result>) => Promise<Result>;

const names = new Map<string, string>();
// A service has some hundred statements. One that is composed anew each time must not fill the server's memory.
const namesMax = 2_000;

/**
 * A statement as the driver takes it: named, so that a connection parses and plans it once. With row-level security
 * planning a statement takes several times as long as running it.
 */
export function prepared(statement: Sql): { text: string; values: unknown[]; name?: string } {
  const { text, values } = statement;
  const known = names.get(text);
  if (known !== undefined) return { name: known, text, values };
  if (names.size >= namesMax) return { text, values };
  const name = `statement-${names.size}`;
  names.set(text, name);
  return { name, text, values };
}

/** All rows of a statement. The statement bounds their number. */
export async function all<Row extends QueryResultRow>(tx: Transaction, statement: Sql): Promise<Row[]> {
  const result = await tx.client.query<Row>(prepared(statement));
  return result.rows;
}

/** The one row of a statement. @throws Error when there is none or more than one: the caller was sure. */
export async function one<Row extends QueryResultRow>(tx: Transaction, statement: Sql): Promise<Row> {
  const rows = await all<Row>(tx, statement);
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw new Error(`Expected one row, found ${rows.length}: ${statement.sql}`);
  return row;
}

/** The row of a statement, if there is one. @throws Error when there are more. */
export async function optional<Row extends QueryResultRow>(tx: Transaction, statement: Sql): Promise<Row | undefined> {
  const rows = await all<Row>(tx, statement);
  if (rows.length > 1) throw new Error(`Expected at most one row, found ${rows.length}: ${statement.sql}`);
  return rows[0];
}

/** Runs a statement for its effect. @returns how many rows it touched */
export async function run(tx: Transaction, statement: Sql): Promise<number> {
  const result = await tx.client.query(prepared(statement));
  return result.rowCount ?? 0;
}
