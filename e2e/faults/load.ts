import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { CallContext } from "@lienthong/rpc/client.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { isRefusal } from "@lienthong/rpc/refusal.ts";
import { until } from "@lienthong/testing/until.ts";
import { aHistory, type History } from "./history.ts";
import type { Effect } from "./verdict.ts";

/**
 * Asks for something under a request id of its own; while the answer is unknown, asks again under the same.
 * @param send the call
 * @param effect what the answer says was done; a refusal did nothing
 */
export type Ask = <Reply extends object>(
  act: string,
  send: (context: CallContext) => Promise<Reply>,
  effect: (reply: Exclude<Reply, { refused: unknown }>) => string,
) => Promise<Reply>;

/** What clients do while something is broken, and what is there of it in the end. */
export type Workload = {
  processes: number;
  /** How long a client looks up between two rounds; without it they alone would fill the machine. */
  pauseMs?: number;
  /** One round of one client; it plays the next when this has ended, until the load is stopped. */
  round(process: number, ask: Ask): Promise<void>;
  /** Every effect of this workload that is there. */
  readBack(): Promise<Effect[]>;
};

export type Load = {
  history: History;
  /** Waits until all clients together have got so many more answers. */
  answers(more: number): Promise<void>;
  /** Waits until each client has got an answer to something it asked from now on. */
  everybodyAnswered(withinMs: number): Promise<void>;
  /** Lets every round end, and every unknown answer be learnt, as far as that can be had. */
  stop(): Promise<void>;
  /** Lets nobody ask again: what is still unknown stays so. For a fault that was not played to its end. */
  abandon(): void;
};

const deadlineMs = 3_000;
// Longer than any fault: whoever learns nothing for so long is hanging.
const patienceMs = 400_000;
// They must leave the machine room: what is waited for comes later on a full one.
const usualPauseMs = 100;
const again = () => pause(50 + Math.random() * 200);

type Watch = {
  /** Takes the history. */
  file?: string;
  /** Hears how long each ask took until it was answered, however often it had to be sent. */
  took?(ms: number): void;
};

/** Starts the clients of all workloads. */
export function startLoad(workloads: readonly Workload[], { file, took }: Watch = {}): Load {
  const history = aHistory(file);
  const answeredAt = new Map<number, number>();
  const failures: unknown[] = [];
  let answered = 0;
  let stopped = false;
  let abandoned = false;

  function askOf(process: number): Ask {
    let counter = 0;
    return async (act, send, effect) => {
      counter += 1;
      const line = { process, counter, act, key: randomUUID() };
      const learn = async () => {
        const begun = performance.now();
        history.write({ ...line, type: "invoke", value: "" });
        try {
          const reply = await send({ requestId: line.key, deadlineMs });
          if (isRefusal(reply)) history.write({ ...line, type: "fail", value: reply.refused.code });
          else history.write({ ...line, type: "ok", value: effect(reply as never) });
          answeredAt.set(process, begun);
          answered += 1;
          return reply;
        } catch (error) {
          if (!isUnknown(error)) throw error;
          history.write({ ...line, type: "info", value: error.kind });
          return undefined;
        }
      };
      const begun = performance.now();
      for (let asks = 1; !abandoned && performance.now() < begun + patienceMs; asks += 1, await again()) {
        const reply = await learn();
        if (reply === undefined) continue;
        took?.(performance.now() - begun);
        // Whoever had to ask twice asks a third time: it must be the same answer.
        if (asks > 1) await learn();
        return reply;
      }
      throw new Error(`Process ${process} got no answer to its ${act} within ${patienceMs / 1000} s`);
    };
  }

  async function client(process: number, { round, pauseMs = usualPauseMs }: Workload): Promise<void> {
    const ask = askOf(process);
    for (; !stopped; await pause(pauseMs)) await round(process, ask);
  }
  const clients = workloads
    .flatMap((workload) => Array.from({ length: workload.processes }, () => workload))
    .map((workload, process) => client(process, workload).catch((error: unknown) => void failures.push(error)));
  const sound = () => {
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} clients gave up`);
  };
  return {
    history,
    async answers(more) {
      const wanted = answered + more;
      const reached = () => {
        sound();
        return answered >= wanted;
      };
      await until(reached, Boolean, 120_000);
    },
    async everybodyAnswered(withinMs) {
      const since = performance.now();
      const late = () => {
        sound();
        return [...clients.keys()].filter((process) => (answeredAt.get(process) ?? 0) < since);
      };
      await until(late, (processes) => processes.length === 0, withinMs);
    },
    async stop() {
      stopped = true;
      await Promise.all(clients);
      sound();
    },
    abandon() {
      stopped = true;
      abandoned = true;
    },
  };
}

/** What workloads have brought about after this. @returns how to read it when they have ended */
export async function effectsFromNow(workloads: readonly Workload[]): Promise<() => Promise<Effect[]>> {
  const readBack = async () => (await Promise.all(workloads.map((workload) => workload.readBack()))).flat();
  const known = new Set((await readBack()).map(({ value }) => value));
  return async () => (await readBack()).filter(({ value }) => !known.has(value));
}

/** Whether a fault leaves open if the command was done: only then is it right to ask again. */
export function isUnknown(error: unknown): error is CallFault {
  return error instanceof CallFault && ["busy", "unavailable", "too-late", "fault"].includes(error.kind);
}
