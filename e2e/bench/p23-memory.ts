import { readFileSync } from "node:fs";
import { line } from "./line.ts";
import { processesBelow } from "./machine.ts";

const mebibytes = 1024;

export const measured = line({
  name: "P23",
  says: "memory of the whole idle platform, PostgreSQL, NATS, Keycloak and OpenSearch included",
  figures: { memory: { unit: "GiB", floor: { atMost: 6 }, goal: { atMost: 4 } } },
  atAnyLoad: true,
  async run({ platform }) {
    const { root } = await platform();
    const parts = processesBelow([root])
      .filter((pid) => pid !== process.pid)
      .flatMap((pid) => proportionalKib(pid));
    const largest = parts
      .sort((a, b) => b.kib - a.kib)
      .slice(0, 8)
      .map(({ name, kib }) => `${name} ${Math.round(kib / mebibytes)}`);
    const kib = parts.reduce((all, part) => all + part.kib, 0);
    return {
      memory: {
        value: kib / mebibytes / 1024,
        note: `proportional set size; MiB of the largest: ${largest.join(", ")}`,
      },
    };
  },
});

/** What is a process's own, and its share of what it shares with others. */
function proportionalKib(pid: number): { name: string; kib: number }[] {
  try {
    const kib = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    const name = /services\/(\w+)\/main|(opensearch|keycloak|nats-server|postgres)/i.exec(command);
    return [{ name: name?.[1] ?? name?.[2] ?? command.slice(0, 20), kib }];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
