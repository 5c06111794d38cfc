import { run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import { CardState } from "@lienthong/proto/identity/v1/library.ts";
import type { SetCardStateRequest, SetCardStateResponse } from "@lienthong/proto/identity/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { notFound } from "@lienthong/rpc/fault.ts";
import { outcome, type Refusal, refusals } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { anId, checked } from "../asked.ts";
import { announceCards, type CardRow, cardsWhere, shownCard } from "./card.ts";

export const refuse = refusals("identity.set-card-state", {
  "card-void": "A card that was lost or given up is never valid again; the reader gets another one.",
});

export const SetCardState = command<SetCardStateRequest, SetCardStateResponse>((ask, caller) => {
  const { cardId, state } = checked(shape, ask);
  return caller.as(async (tx) => outcome(await setCardState(tx, cardId, state), "card", shownCard));
});

type State = CardRow["state"];
const states = Object.keys({ ACTIVE: 1, BLOCKED: 1, VOID: 1 } satisfies Record<State, 1>) as State[];

const shape = z.object({
  cardId: anId,
  state: z.string().transform((given, problems) => {
    const state = states.find((word) => CardState[word] === given);
    if (state) return state;
    problems.addIssue({ code: "custom", message: `one of ${states.join(", ")}` });
    return z.NEVER;
  }),
});

/** Which state may follow which. A void card stays void. */
export const moves: Readonly<Record<State, readonly State[]>> = {
  ACTIVE: ["BLOCKED", "VOID"],
  BLOCKED: ["ACTIVE", "VOID"],
  VOID: [],
};

/** Blocks a card of the library, lets it be used again, or ends it. */
export async function setCardState(tx: Transaction, cardId: string, state: State): Promise<CardRow | Refusal> {
  await run(tx, sql`select from card where id = ${cardId} for update`);
  const [card] = await cardsWhere(tx, sql`card.id = ${cardId} and card.library_id = ${tx.actor.libraryId}`);
  if (!card) throw notFound("card");
  if (card.state === state) return card;
  if (!moves[card.state].includes(state)) return refuse("card-void");
  await run(tx, sql`update card set state = ${state}, version = next_version(version) where id = ${cardId}`);
  await announceCards(tx, [cardId]);
  return { ...card, state };
}
