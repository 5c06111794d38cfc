import { tokenVerifier } from "@lienthong/auth/verify.ts";
import { aRealm } from "@lienthong/testing/realm.ts";
import { bareCheckOuts, bareNote, checkOutStatements } from "./bare-client.ts";
import { aDeskOfRows } from "./circulation-rows.ts";
import { aDesk } from "./desk-stage.ts";
import { openEcho } from "./echo.ts";
import { line } from "./line.ts";
import { drive, median, percentile } from "./load.ts";

const tokens = 200;

export const measured = line({
  name: "P2",
  says: "one desk alone: p50 of a check-out ÷ (p50 of its SQL sent bare + 2 bare gRPC calls + 1 token checked)",
  figures: { p50: { unit: "×", floor: { atMost: 5 }, goal: { atMost: 2.5 } } },
  async run({ platform, pairs }) {
    const desk = await aDesk(await platform());
    const rows = await aDeskOfRows({ items: 30_000, patrons: 1_000, libraries: 1, openHolds: 0 });
    const echo = await openEcho(100, 400);
    const realm = await aRealm();
    try {
      const statements = await checkOutStatements(rows);
      return {
        p50: await pairs({
          of: "ms p50",
          ours: async (seconds) => percentile((await drive(1, seconds, (n) => desk.checkOut(n))).ms, 0.5),
          bare: async (seconds) => {
            const sql = await bareCheckOuts(rows, statements, 1, seconds);
            const call = percentile((await drive(1, seconds, echo.call)).ms, 0.5);
            const verify = tokenVerifier(realm.url);
            const checks: number[] = [];
            // Each once: the second time it would be known.
            for (let n = 0; n < tokens; n += 1) {
              const token = await realm.token({ roles: ["ops"] });
              const began = performance.now();
              await verify(token);
              checks.push(performance.now() - began);
            }
            return sql.p50 + 2 * call + median(checks);
          },
          between: async () => {
            await desk.bringHome();
            await rows.putBack();
          },
          note: bareNote(statements),
        }),
      };
    } finally {
      echo.close();
      realm.close();
      await rows.close();
    }
  },
});
