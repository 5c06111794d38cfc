import type { Actor } from "@lienthong/auth/actor.ts";
import type { PoolClient, QueryResultRow } from "pg";
import { type Sql } from "sql-template-tag";

export { default as sql, empty, join, raw, type Sql } from "sql-template-tag";

/** One database transaction as an actor. Everything a room does to its rows goes through one. */
export type Transaction = {
  readonly actor: Actor;
  /** The transaction's time, by the database's clock. */
  readonly now: Date;
  readonly client: PoolClient;
  /** Set by `announce`: there are events to publish once this has committed. */
  announced: boolean;
};

/** All rows of a statement. The statement bounds their number. */
export async function all<Row extends QueryResultRow>(tx: Transaction, statement: Sql): Promise<Row[]> {
  const result = await tx.client.query<Row>(statement);
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
  const result = await tx.client.query(statement);
  return result.rowCount ?? 0;
}
