import { aDesk } from "./desk-stage.ts";
import { openEcho } from "./echo.ts";
import { line } from "./line.ts";
import { drive } from "./load.ts";

const clients = 8;

export const measured = line({
  name: "P4",
  says: "a title with where its copies are, read through the public HTTP door (one inner call) ÷ bare gRPC calls of that size",
  figures: { reads: { unit: "×", floor: { atLeast: 0.25 }, goal: { atLeast: 0.45 } } },
  async run({ platform, pairs }) {
    const desk = await aDesk(await platform());
    const titles = await desk.query<{ id: string }>(
      "select distinct title_id as id from record join item on item.record_id = record.id where library_id = $1 limit 200",
      [desk.libraryId],
    );
    const read = async (n: number) => {
      const answered = await desk.gateway.ask(
        "GET",
        `/api/v1/titles/${titles[n % titles.length]?.id}`,
        undefined,
        desk.libraryId,
      );
      if (answered.status !== 200) throw new Error(`A title answered ${answered.status}: ${answered.body}`);
      return answered.body.length;
    };
    const bytes = await read(0);
    const echo = await openEcho(100, bytes);
    try {
      return {
        reads: await pairs({
          of: "reads/s",
          ours: async (seconds) => (await drive(clients, seconds, async (n) => void (await read(n)))).perSecond,
          bare: async (seconds) => (await drive(clients, seconds, echo.call)).perSecond,
          note: `${bytes} bytes, ${clients} clients`,
        }),
      };
    } finally {
      echo.close();
    }
  },
});
