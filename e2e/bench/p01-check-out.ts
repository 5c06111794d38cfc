import { bareCheckOuts, bareNote, checkOutStatements } from "./bare-client.ts";
import { aDeskOfRows } from "./circulation-rows.ts";
import { aDesk } from "./desk-stage.ts";
import { line } from "./line.ts";
import { drive } from "./load.ts";

const clients = 8;

export const measured = line({
  name: "P1",
  says: "check-outs a second through the public HTTP door, 8 desks ÷ the same SQL by bare clients",
  figures: { "check-outs": { unit: "×", floor: { atLeast: 0.15 }, goal: { atLeast: 0.25 } } },
  async run({ platform, pairs }) {
    const desk = await aDesk(await platform());
    const rows = await aDeskOfRows({ items: 30_000, patrons: 1_000, libraries: 1, openHolds: 0 });
    try {
      const statements = await checkOutStatements(rows);
      return {
        "check-outs": await pairs({
          of: "check-outs/s",
          ours: async (seconds) => (await drive(clients, seconds, (n) => desk.checkOut(n))).perSecond,
          bare: async (seconds) => (await bareCheckOuts(rows, statements, clients, seconds)).perSecond,
          between: async () => {
            await desk.bringHome();
            await rows.putBack();
          },
          note: bareNote(statements),
        }),
      };
    } finally {
      await rows.close();
    }
  },
});
