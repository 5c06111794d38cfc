import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { machine } from "../bench/machine.ts";
import { aFaultWorld } from "../faults/world.ts";
import { soak } from "./soak.ts";
import { inWords, wrongs } from "./verdict.ts";

// The program that `npm run soak` starts once it has the parts: minutes, and the file that takes the figures.
const { positionals } = parseArgs({ allowPositionals: true });
const [minutes = "60", file = "soak.json"] = positionals;
const say = (line: string) => void process.stdout.write(`${line}\n`);
const world = await aFaultWorld({ settings: { LOG_LEVEL: "info" } });
try {
  const soaked = await soak(world, Number(minutes), say);
  const found = wrongs(soaked);
  writeFileSync(file, JSON.stringify({ ...soaked, wrongs: found, load: loadavg(), machine: machine() }, undefined, 2));
  say([inWords(soaked), ...found].join("\n"));
  process.exitCode = found.length === 0 ? 0 : 1;
} finally {
  await world.close();
}
