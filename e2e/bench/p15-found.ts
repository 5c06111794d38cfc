import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { toIso2709 } from "@lienthong/marc/write.ts";
import { until } from "@lienthong/testing/until.ts";
import { importFile } from "../../deploy/sample-world/import-file.ts";
import { catalogueStage, libraryIds } from "./catalogue-stage.ts";
import { line } from "./line.ts";
import { median, percentile } from "./load.ts";
import { recordOf } from "./made-catalogue.ts";
import { searchFor } from "./search-stage.ts";

const samples = 40;
const refreshMs = 500;
const foundWithinMs = 60_000;

export const measured = line({
  name: "P15",
  says: `from commit until search finds it, p95; the index shows what is new every ${refreshMs} ms`,
  figures: { found: { unit: "ms", floor: { atMost: refreshMs + 1_000 }, goal: { atMost: refreshMs + 500 } } },
  async run({ platform }) {
    const opened = await platform();
    const stage = await catalogueStage(opened);
    const began = Date.now();
    const delays: number[] = [];
    try {
      for (let n = 0; n < samples; n += 1) {
        // Samples fall on any moment of the index's half second.
        await pause((n * 137) % refreshMs);
        const number = `F${began}-${n}`;
        const made = recordOf({ seed: began % 100_000, editions: samples, libraries: 60 }, 0, n, `F${began}-`);
        const name = made.fields.find(({ tag }) => tag === "245");
        for (const part of name?.subfields ?? []) if (part.code === "a") part.value = `Nhan đề ${began}x${n}`;
        const taken = importFile(opened.doors, libraryIds[0] ?? "", `${number}.mrc`, Readable.from([toIso2709(made)]));
        // It is waited for at the end; until then nobody hears of its failure.
        taken.catch(() => undefined);
        const committed = () =>
          stage.rows<{ at: Date }>("select changed_at as at from record where control_number = $1", [number]);
        const [record] = await until(committed, ({ length }) => length > 0, foundWithinMs);
        // A token lives for a minute, and there are many samples.
        const { catalogue } = await opened.doors.as("sample-cataloguer");
        await until(
          () => catalogue.search(searchFor(`nhan de ${began}x${n}`, true)),
          ({ total }) => total > 0n,
          foundWithinMs,
        );
        delays.push(Date.now() - (record?.at.getTime() ?? Number.NaN));
        await taken;
      }
    } finally {
      await stage.close();
    }
    delays.sort((a, b) => a - b);
    return { found: { value: percentile(delays, 0.95), note: `n = ${samples}, median ${median(delays)} ms` } };
  },
});
