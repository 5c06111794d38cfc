/** Bytes of a stream that are still needed, with their place in the file. Grows only as far as its reader lets it. */
export class ByteWindow {
  /** Place in the file of the first byte still held. */
  offset: number;
  ended = false;
  #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);
  #from = 0;
  #to = 0;

  constructor(stream: AsyncIterable<Uint8Array>, offset: number) {
    this.#source = stream[Symbol.asyncIterator]();
    this.offset = offset;
  }

  /** The bytes held. Valid until the next `more` or `drop`; copy what is kept longer. */
  get bytes(): Buffer {
    return this.#held.subarray(this.#from, this.#to);
  }

  /** Takes the next chunk of the stream; false at its end. */
  async more(): Promise<boolean> {
    if (this.ended) return false;
    const next = await this.#source.next();
    if (next.done) {
      this.ended = true;
      return false;
    }
    this.#append(next.value);
    return true;
  }

  /** Gives up the first `count` bytes. */
  drop(count: number): void {
    this.#from += count;
    this.offset += count;
  }

  /** Lets go of the stream, when the reader stops before its end. */
  async close(): Promise<void> {
    if (!this.ended) await this.#source.return?.();
    this.ended = true;
  }

  #append(chunk: Uint8Array): void {
    if (this.#to + chunk.length > this.#held.length) {
      const held = this.#to - this.#from;
      // Twice the need, so that a record that comes in small chunks is not copied again with each.
      const room =
        held + chunk.length > this.#held.length / 2 ? Buffer.allocUnsafeSlow(2 * (held + chunk.length)) : this.#held;
      this.#held.copy(room, 0, this.#from, this.#to);
      this.#held = room;
      this.#from = 0;
      this.#to = held;
    }
    this.#held.set(chunk, this.#to);
    this.#to += chunk.length;
  }
}

/** How many bytes of a record that cannot be read are kept for people to look at. */
export const keptBytesMax = 100_000;

/** Largest record that is read; MARC 21 allows 99,999 bytes in ISO 2709, some systems write more. */
export const recordBytesMax = 1 << 20;

/** A piece of the stream that should be one record, or bytes of which only that can be said. */
export type Frame = { offset: number; length: number; bytes: Buffer; oversize?: boolean };

/** A frame of the window's first `length` bytes, copied. */
export function frameOf(window: ByteWindow, length: number): Frame {
  return { offset: window.offset, length, bytes: Buffer.from(window.bytes.subarray(0, length)) };
}
