import { setTimeout as pause } from "node:timers/promises";
import type { Evidence } from "./evidence.ts";

// What is not yet right is remembered until it is looked at again; of more than this nobody needs the exact number.
const rememberedMax = 20_000;

/**
 * For what becomes right by itself a moment after its cause: whatever differs is looked at again once the bound has passed,
 * and only what still differs from what was there the first time breaks the promise.
 * @param first what differs at first sight
 * @param still which of these still differ
 */
export async function* lookAgain<Difference extends { key: string }>(
  evidence: Evidence,
  first: AsyncIterable<Difference>,
  still: (differences: readonly Difference[]) => Promise<readonly Difference[]>,
): AsyncGenerator<string> {
  const differences: Difference[] = [];
  for await (const difference of first) {
    if (differences.length === rememberedMax) break;
    differences.push(difference);
  }
  if (differences.length === 0) return;
  await pause(evidence.boundMs);
  for (let at = 0; at < differences.length; at += 1_000)
    for (const { key } of await still(differences.slice(at, at + 1_000))) yield key;
}
