import { randomInt, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Actor } from "@lienthong/auth/actor.ts";
import { nobody } from "@lienthong/auth/actor.ts";
import { desk as deskRole } from "@lienthong/auth/permission.ts";
import { tokenVerifier } from "@lienthong/auth/verify.ts";
import { all, type Sql } from "@lienthong/database/transaction.ts";
import { PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { IdentityServiceService, type ResolveCardRequest } from "@lienthong/proto/identity/v1/service.ts";
import { query } from "@lienthong/rpc/answer.ts";
import { outcome, refusals } from "@lienthong/rpc/refusal.ts";
import { serve } from "@lienthong/rpc/server.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import { aRealm } from "@lienthong/testing/realm.ts";
import { asService, type RunningService, runService } from "@lienthong/testing/running-service.ts";
import { permissions } from "../permissions.ts";
import { circulation } from "../service.ts";

export type Category = Exclude<keyof typeof PatronCategory, "UNSPECIFIED" | "UNRECOGNIZED">;
export type CardOf = { cardId: string; personId: string; libraryId: string; category: Category; loa: number };

export type World = {
  service: RunningService<"circulation">;
  /** The cards that identity would know, by number. */
  cards: Map<string, CardOf>;
  /** Rows as an actor sees them, with no check of the application's own in between. */
  rows<Row extends object>(actor: Actor, statement: Sql): Promise<Row[]>;
  stop(): Promise<void>;
};

const refuse = refusals("identity.resolve-card", { "card-unknown": "No card has this number." });

/**
 * Circulation as it runs, with its worker, and beside it a server in identity's place that resolves the cards the tests
 * make: circulation is asked through its doors, and asks through a real one.
 */
export async function aWorld(): Promise<World> {
  const realm = await aRealm();
  const cards = new Map<string, CardOf>();
  const resolveCard = query(async ({ cardNumber }: ResolveCardRequest) => {
    const card = cards.get(cardNumber);
    const found = card && { ...card, category: PatronCategory[card.category] };
    return outcome(found ?? refuse("card-unknown"), "holder", (holder) => holder);
  });
  const noParts = { database: undefined as never, clientsFor: () => ({}) as never };
  const identity = await serve(
    { resolveCard: IdentityServiceService.resolveCard },
    { resolveCard },
    { resolveCard: deskRole },
    { ...noParts, verify: tokenVerifier(realm.url), log: openLog("identity", "silent") },
    { host: "127.0.0.1", port: 0 },
  );
  const service = await runService("circulation", circulation, join(import.meta.dirname, ".."), permissions, {
    realm,
    others: { identity: `127.0.0.1:${identity.port}` },
  });
  const stopWorking = await service.works();
  return {
    service,
    cards,
    rows: (actor, statement) => service.database.transact(actor, (tx) => all(tx, statement)),
    async stop() {
      await stopWorking();
      await service.stop();
      await identity.stop();
      realm.close();
    },
  };
}

/** Circulation itself, for a look into all of its rows. */
export const theService = asService(circulation);
export const deskOf = (libraryId: string): Actor => ({ ...nobody, kind: "staff", id: randomUUID(), libraryId });
export const readerNamed = (personId: string): Actor => ({ ...nobody, kind: "person", id: personId, personId });

/** A version as they are after years: past 2^40, rising. */
let told = 2n ** 41n;
export function nextVersion(): bigint {
  told += 1n;
  return told;
}

const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
export const aCode = () => `VN-${Array.from({ length: 7 }, () => letters[randomInt(letters.length)]).join("")}`;
