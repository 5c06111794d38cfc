import { createHash } from "node:crypto";

/** A stream of messages, and the hash of what it carried. */
export type SealedStream = {
  asks: AsyncIterable<unknown>;
  /** The hash of all messages; what nobody has read yet is read for it and let go. */
  seal(): Promise<Uint8Array>;
};

/**
 * Takes the hash of a stream as it passes, so that a file is read once. How its bytes were cut into messages does not
 * matter: the network cuts them anew each time they are sent.
 */
export function sealedStream(asks: AsyncIterable<unknown>, encode: (ask: unknown) => Uint8Array): SealedStream {
  const hash = createHash("sha256");
  const source = asks[Symbol.asyncIterator]();
  let seal: Uint8Array | undefined;
  async function next(): Promise<IteratorResult<unknown, undefined>> {
    const read = await source.next();
    if (!read.done) hash.update(bytesOf(read.value) ?? encode(read.value));
    return read.done ? { done: true, value: undefined } : read;
  }
  return {
    // Whoever stops early leaves the rest where it is: the seal is of all of it.
    asks: { [Symbol.asyncIterator]: () => ({ next }) },
    async seal() {
      if (seal) return seal;
      while (!(await next()).done);
      seal = hash.digest();
      return seal;
    },
  };
}

/** The bytes of a message that carries nothing else. */
function bytesOf(ask: unknown): Uint8Array | undefined {
  const parts = Object.values(ask as object) as ({ value?: unknown } | undefined)[];
  return parts.map((part) => part?.value).find((value) => value instanceof Uint8Array);
}
