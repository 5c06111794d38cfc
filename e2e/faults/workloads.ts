import { randomUUID } from "node:crypto";
import { PatronCategory } from "@lienthong/proto/identity/v1/library.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { CallContext } from "@lienthong/rpc/client.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import type { Workload } from "./load.ts";
import { aRecord, file, readersNames, type Stage } from "./stage.ts";
import type { Effect } from "./verdict.ts";
import type { FaultWorld } from "./world.ts";

/** Desks at circulation: each lends a copy of its own, renews it and takes it in again. */
export async function desks(world: FaultWorld, stage: Stage, processes: number): Promise<Workload> {
  const { circulation } = await world.as(stage.staff, stage.libraryId);
  const scanned = { itemId: "", branchId: stage.branchId };
  return {
    processes,
    async round(process, ask) {
      const barcode = stage.barcodes[process % stage.barcodes.length]!;
      const cardNumber = stage.cards[process % stage.cards.length]!.number;
      const asked = { ...scanned, barcode, cardNumber };
      const loan = await ask(
        "lend",
        (context) => circulation.checkOut(asked, context).then(answered),
        (lent) => `lent ${"id" in lent ? lent.id : ""}`,
      );
      if (isRefusal(loan) || !("id" in loan)) return;
      await ask(
        "renew",
        (context) => circulation.renew({ loanId: loan.id }, context).then(answered),
        (renewed) => `renewed ${renewed.id} ${renewed.renewals}`,
      );
      await ask(
        "take in",
        (context) => circulation.checkIn({ ...scanned, barcode }, context).then(answered),
        (taken) => ("returned" in taken && taken.returned ? `returned ${loan.id}` : "nothing returned"),
      );
    },
    readBack: () =>
      world.rows<Effect>(
        "circulation",
        `select 'lent ' || id as value, lent_at as at from loan
         union all select 'renewed ' || id || ' ' || n, null from loan, generate_series(1, renewals) n
         union all select 'returned ' || id, returned_at from loan where returned_at is not null`,
      ),
  };
}

/** Desks at identity: each registers one reader after the other. */
export async function registrations(world: FaultWorld, stage: Stage, processes: number): Promise<Workload> {
  const { identity } = await world.as(stage.staff, stage.libraryId);
  const reader = { fullName: readersNames[1], birthDate: "1990-04-12", pin: "", paperSeen: "cccd" };
  return {
    processes,
    async round(_process, ask) {
      const asked = { ...reader, category: PatronCategory.ADULT, cardNumber: `F${randomUUID()}` };
      await ask(
        "register",
        (context) => identity.registerPatron(asked, context).then(answered),
        (card) => `card ${card.id}`,
      );
    },
    readBack: () => world.rows<Effect>("identity", `select 'card ' || id as value from card where number like 'F%'`),
  };
}

/** Cataloguers at catalogue: each hands in one small file after the other. */
export async function imports(world: FaultWorld, stage: Stage, processes: number): Promise<Workload> {
  const { catalogue } = await world.as(stage.staff, stage.libraryId);
  return {
    processes,
    async round(_process, ask) {
      const record = aRecord(stage.libraryId, [], `Tập ${randomUUID()}`);
      await ask(
        "import",
        (context) => catalogue.startImport(file([record]), context).then(answered),
        (started) => `import ${started.id}`,
      );
    },
    // One that has not brought its one record is not done.
    readBack: () =>
      world.rows<Effect>(
        "catalogue",
        `select 'import ' || id as value, created_at as at from import where state = 'FINISHED' and added = 1`,
      ),
  };
}

/** All three at once, so that every service commands, publishes and hears. */
export const everything = async (world: FaultWorld, stage: Stage): Promise<Workload[]> => [
  await desks(world, stage, 4),
  await registrations(world, stage, 2),
  await imports(world, stage, 1),
];

/** Programs at the gateway's doors: each lends a copy of its own and takes it in again. */
export async function overRest(world: FaultWorld, stage: Stage, processes: number): Promise<Workload> {
  async function post<Reply extends object>(path: string, body: object, { requestId = "" }: CallContext) {
    const headers = { "content-type": "application/json", "idempotency-key": requestId, library: stage.libraryId };
    const init = { method: "POST", body: JSON.stringify(body), headers, signal: AbortSignal.timeout(5_000) };
    const { status, body: reply } = await world.rest(stage.staff, path, init).catch((cause: unknown) => {
      throw new CallFault("unavailable", "The gateway did not answer", { cause });
    });
    if (status >= 500) throw new CallFault("unavailable", `The gateway answered ${status}`);
    if (status >= 400) throw new Error(`The gateway answered ${status}: ${JSON.stringify(reply)}`);
    return reply as Reply;
  }
  return {
    processes,
    async round(process, ask) {
      const barcode = stage.barcodes[process]!;
      const cardNumber = stage.cards[process % stage.cards.length]!.number;
      const lend = (context: CallContext) =>
        post<{ id: string }>("/api/v1/check-outs", { barcode, cardNumber }, context);
      const loan = await ask("lend", lend, ({ id }) => `lent ${id}`);
      const takeIn = (context: CallContext) => post<{ returned: boolean }>("/api/v1/check-ins", { barcode }, context);
      await ask("take in", takeIn, ({ returned }) => (returned ? `returned ${loan.id}` : "nothing returned"));
    },
    readBack: (await desks(world, stage, processes)).readBack,
  };
}
