import { fork } from "node:child_process";
import { join } from "node:path";
import type { BareAnswer, BareAsk } from "./bare-transactions.ts";
import type { RowsDesk } from "./circulation-rows.ts";
import { record, type Statement } from "./recorded.ts";

/** Sends recorded transactions from a process of its own, as fast as they are answered. */
export function sendBare(ask: BareAsk): Promise<BareAnswer> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "bare-transactions.ts"), { serialization: "advanced" });
    child.once("message", (answer: BareAnswer) => resolve(answer));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The bare client ended with ${code}`)));
    child.send(ask);
  });
}

/** The statements of a check-out, as the service's own code sends them, begin and commit included. */
export async function checkOutStatements(desk: RowsDesk): Promise<Statement[]> {
  await desk.putBack();
  // The first one makes plans and rows that the later ones find.
  await desk.checkOut(0);
  const statements = await record((which) => desk.checkOut(which + 1), [desk.which(1), desk.which(2)]);
  await desk.putBack();
  return statements;
}

export const bareCheckOuts = (desk: RowsDesk, statements: Statement[], clients: number, seconds: number) =>
  sendBare({
    url: desk.url,
    statements,
    inputs: Array.from({ length: desk.shelf }, (_, n) => desk.which(n)),
    clients,
    seconds,
  });

export const bareNote = (statements: Statement[]) =>
  `bare: ${statements.length} recorded statements a check-out, prepared, sent by pg from a process of its own`;
