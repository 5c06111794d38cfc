import { CallFault } from "./fault.ts";

/**
 * What is sent, and then one empty message, which says that this was all. The end of the stream cannot say it: where a
 * sender gives up or its connection dies, the receiver may see an end like any other, and half a file would pass for a
 * whole one.
 */
export async function* endedBySender(asks: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  yield* asks;
  yield {};
}

/** What was received, without the last empty message. @throws CallFault bad-input where the stream ends without it */
export async function* wholeOrFault(asks: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  let whole = false;
  for await (const ask of asks) {
    whole = Object.values(ask as object).every((field) => field === undefined);
    if (!whole) yield ask;
  }
  if (!whole) throw new CallFault("bad-input", "What was being sent broke off");
}
