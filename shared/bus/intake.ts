import type { Consumer, ConsumerMessages, JsMsg } from "@nats-io/jetstream";

// A batch is what has come while the last one was applied, at most this many events in one transaction.
const batchEventsMax = 200;
const batchEventsStart = 8;
// A transaction that lasts longer holds its locks too long; one much shorter makes many of little.
const batchMsMax = 2_000;
// So many wait here at most, beside the batch at work; the rest waits in the bus.
const waitingEventsMax = 400;

/**
 * Hands on what has come, as it comes; while a batch is at work the next one gathers, up to a bound. Slow work makes small
 * batches, and for what lasts longer than the bus waits more time is asked, so that it is not brought twice.
 * @param ackWaitMs how long the bus waits for an acknowledgement
 * @param stopping ends it after the batch at work; what is left over may be brought to others at once
 * @throws what ended the messages, such as that the stream is gone
 */
export async function inBatches(
  durable: Consumer,
  ackWaitMs: number,
  stopping: AbortSignal,
  work: (batch: readonly JsMsg[]) => Promise<void>,
): Promise<void> {
  const waiting: JsMsg[] = [];
  let atWork: readonly JsMsg[] = [];
  let arrived = Promise.withResolvers<void>();
  let taken = Promise.withResolvers<void>();
  let ended = false;
  let failed: { error: unknown } | undefined;
  let fetched: ConsumerMessages | undefined;
  const end = () => {
    ended = true;
    arrived.resolve();
    taken.resolve();
    void fetched?.close();
  };
  // It asks for no more than there is room for: nothing gathers unseen, where nobody could ask for more time.
  const gather = async () => {
    while (!ended) {
      fetched = await durable.fetch({
        max_messages: waitingEventsMax - waiting.length,
        expires: 5_000,
        idle_heartbeat: 2_000,
      });
      for await (const message of fetched) {
        waiting.push(message);
        arrived.resolve();
      }
      while (waiting.length > waitingEventsMax / 2 && !ended) await taken.promise;
    }
  };
  // The stream may vanish while a batch is at work, when nobody waits for the gathering: its error is kept until then.
  const gathering = gather()
    .catch((error: unknown) => {
      failed = { error };
    })
    .finally(end);
  stopping.addEventListener("abort", end);
  if (stopping.aborted) end();
  const stillAtWork = setInterval(() => {
    for (const message of [...atWork, ...waiting]) message.working();
  }, ackWaitMs / 3);
  let size = batchEventsStart;
  try {
    while (!ended) {
      await arrived.promise;
      arrived = Promise.withResolvers<void>();
      while (waiting.length > 0 && !ended) {
        atWork = waiting.splice(0, size);
        taken.resolve();
        taken = Promise.withResolvers<void>();
        const began = performance.now();
        await work(atWork);
        size = nextSize(size, atWork.length, performance.now() - began);
        atWork = [];
      }
    }
  } finally {
    end();
    clearInterval(stillAtWork);
    stopping.removeEventListener("abort", end);
    await gathering;
    for (const message of waiting) message.nak();
  }
  if (failed && !stopping.aborted) throw failed.error;
}

/** How many to take next, by how long the last ones took. */
function nextSize(size: number, took: number, ms: number): number {
  if (ms > batchMsMax) return Math.max(1, Math.floor((took * batchMsMax) / ms));
  return ms < batchMsMax / 4 ? Math.min(batchEventsMax, size * 2) : size;
}
