import { rm } from "node:fs/promises";
import { join } from "node:path";
import { startNats } from "../../deploy/parts/nats.ts";
import { startPostgres } from "../../deploy/parts/postgres.ts";
import { type Ground, openGround } from "../../deploy/run/platform.ts";
import { type RunningProcess, startProcess } from "../../deploy/run/process.ts";
import type { Service } from "../../deploy/services.ts";
import { until } from "@lienthong/testing/until.ts";
import { copyOf } from "./copy.ts";
import { aVictim, type Victim } from "./victim.ts";

export type Bus = Victim & {
  /** Forgets all streams and consumers; the bus is left stopped. */
  wipe(): Promise<void>;
  /** Keeps a copy of its store as it is this moment. */
  copy(): Promise<void>;
  /** Puts the copy back in the place of its store; the bus is left stopped. */
  rollBack(): Promise<void>;
};

export type WorldParts = { ground: Ground; postgres: Victim; nats: Bus };

/**
 * A PostgreSQL cluster and a NATS server of a world's own, started by the code that starts the platform's.
 * @param folder where they keep their files
 */
export async function partsOf(folder: string, ports: number[], services: Service[]): Promise<WorldParts> {
  const [postgres, nats, monitor] = ports.map(String);
  const places = { LIENTHONG_DATA: folder, LIENTHONG_CACHE: process.env.LIENTHONG_CACHE };
  const environment = { ...places, POSTGRES_PORT: postgres, NATS_PORT: nats, NATS_MONITOR_PORT: monitor };
  const launched = new Map<string, RunningProcess>();
  const launch: Ground["launch"] = async (ask) => {
    const running = await startProcess(ask);
    launched.set(ask.name, running);
    return running;
  };
  const ground = { ...(await openGround(environment)), launch };
  const part = (name: string, start: () => Promise<unknown>) =>
    aVictim(name, async () => {
      await start();
      return launched.get(name) as RunningProcess;
    });
  // After a kill the last of the children may still hold the shared memory for a moment, and the start is refused.
  const patiently = () =>
    until(
      () => startPostgres(ground).catch((refused: unknown) => ({ refused })),
      (started) => !("refused" in started),
    );
  return {
    ground,
    postgres: part("PostgreSQL", patiently),
    nats: busOf(
      part("NATS", () => startNats(ground, services)),
      join(ground.places.kept, "nats", "store"),
    ),
  };
}

function busOf(nats: Victim, store: string): Bus {
  const kept = `${store}-copy`;
  return Object.defineProperties({} as Bus, {
    ...Object.getOwnPropertyDescriptors(nats),
    ...Object.getOwnPropertyDescriptors({
      async wipe() {
        await nats.kill();
        await rm(store, { recursive: true, force: true });
      },
      async copy() {
        // While it is paused nothing is half written that it has acknowledged.
        nats.pause();
        await rm(kept, { recursive: true, force: true });
        await copyOf(store, kept);
        nats.resume();
      },
      async rollBack() {
        await nats.kill();
        await rm(store, { recursive: true, force: true });
        await copyOf(kept, store);
      },
    }),
  });
}
