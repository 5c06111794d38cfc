import { tokenVerifier } from "@lienthong/auth/verify.ts";
import { aRealm } from "@lienthong/testing/realm.ts";
import { bareCheckOuts, bareNote, checkOutStatements } from "./bare-client.ts";
import { aDeskOfRows } from "./circulation-rows.ts";
import { aDesk } from "./desk-stage.ts";
import { openEcho } from "./echo.ts";
import { line } from "./line.ts";
import { drive, percentile } from "./load.ts";

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
            const sql = await bareCheckOuts(rows, statements, 1, seconds * 0.6);
            const call = percentile((await drive(1, seconds * 0.3, echo.call)).ms, 0.5);
            const verify = tokenVerifier(realm.url);
            const tokens = await Promise.all(Array.from({ length: 200 }, () => realm.token({ roles: ["ops"] })));
            const checked = await drive(1, seconds * 0.1, async (n) => void (await verify(tokens[n % 200] ?? "")));
            // Those after the first 200 are known already.
            const fresh = checked.ms.slice(-Math.min(200, checked.done));
            return sql.p50 + 2 * call + percentile(fresh, 0.5);
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
