import type { Caller } from "@lienthong/rpc/answer.ts";
import { HoldShelf } from "../../services/circulation/holds/hold-shelf.ts";
import { PickList } from "../../services/circulation/holds/pick-list.ts";
import { PatronAccount } from "../../services/circulation/accounts/patron-account.ts";
import { ListTransits } from "../../services/circulation/transits/list.ts";
import { aDeskOfRows, type RowsDesk } from "./circulation-rows.ts";
import { line } from "./line.ts";
import { drive } from "./load.ts";

const rows = { items: 60_000, patrons: 3_000, libraries: 3, openHolds: 3_000 };
const clients = 4;

export const measured = line({
  name: "P20",
  says: "row-level security on ÷ off: the check-out's own transaction, and a desk's lists",
  figures: {
    "check-outs": { unit: "×", floor: { atLeast: 0.85 }, goal: { atLeast: 0.95 } },
    lists: { unit: "×", floor: { atLeast: 0.85 }, goal: { atLeast: 0.95 } },
  },
  async run({ platform, pairs }) {
    await platform();
    const [on, off] = [await aDeskOfRows(rows), await aDeskOfRows(rows)];
    try {
      await switchOff(off);
      const lend = (desk: RowsDesk) => async (seconds: number) =>
        (await drive(clients, seconds, (n) => desk.checkOut(n))).perSecond;
      const list = (desk: RowsDesk) => async (seconds: number) =>
        (await drive(clients, seconds, (n) => readLists(desk, n))).perSecond;
      return {
        "check-outs": await pairs({
          of: "check-outs/s",
          ours: lend(on),
          bare: lend(off),
          between: async () => void (await Promise.all([on.putBack(), off.putBack()])),
        }),
        lists: await pairs({ of: "rounds of 4 lists/s", ours: list(on), bare: list(off) }),
      };
    } finally {
      await Promise.all([on.close(), off.close()]);
    }
  },
});

async function switchOff(desk: RowsDesk): Promise<void> {
  const { rows: tables } = await desk.admin(
    "select format('alter table %s disable row level security', oid::regclass) as change from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace",
  );
  for (const { change } of tables as { change: string }[]) await desk.admin(change);
}

/** What a desk looks at: a reader's account, the list of what to fetch, the hold shelf, what travels here. */
async function readLists(desk: RowsDesk, n: number): Promise<void> {
  const as: Caller["as"] = (work) => desk.database.transact(desk.actor, work);
  const caller = { actor: desk.actor, as, read: as } as Caller;
  await PatronAccount.run({ personId: desk.which(n).personId }, caller);
  await PickList.run({ after: "", libraryId: "" }, caller);
  await HoldShelf.run({} as never, caller);
  await ListTransits.run({} as never, caller);
}
