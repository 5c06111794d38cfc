import { z } from "zod";

/** A moment, on the wire in Vietnam's time: the one offset of the whole country, all year round. */
export const moment = z.codec(z.iso.datetime({ offset: true }), z.date(), {
  decode: (text) => new Date(text),
  encode: (at) => new Date(at.getTime() + vietnamOffsetMs).toISOString().replace("Z", "+07:00"),
});
const vietnamOffsetMs = 7 * 60 * 60 * 1000;

/** A whole number of 64 bits: a JSON number while every reader keeps it exact, a string of digits beyond. */
export const count = z.codec(z.union([z.int(), z.string().regex(/^-?\d+$/)]), z.bigint(), {
  decode: (written) => BigInt(written),
  encode: (number) => (Number.isSafeInteger(Number(number)) ? Number(number) : number.toString()),
});

/** A text that the services leave empty where there is none; over the wire it is then left out. */
export const text = z.codec(z.string().optional(), z.string(), {
  decode: (given) => given ?? "",
  encode: (said) => (said === "" ? undefined : said),
});

type Word<State extends string> = State extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}-${Word<Tail>}`
  : Lowercase<State>;

/** An enum of the protos as words: `ON_HOLD_SHELF` is `on-hold-shelf`. A new state is known here as soon as there. */
export function words<const States extends Record<string, string>>(states: States) {
  type State = States[keyof States];
  const wordOf = new Map(
    Object.entries(states).map(([name, state]) => [state, name.toLowerCase().replaceAll("_", "-")]),
  );
  const stateOf = new Map([...wordOf].map(([state, word]) => [word, state as State]));
  type Known = Word<keyof States & string>;
  return z.codec(
    z.enum([...stateOf.keys()] as [Known, ...Known[]]),
    z.enum(Object.values(states) as [State, ...State[]]),
    {
      decode: (word) => stateOf.get(word) as never,
      encode: (state) => wordOf.get(state as string) as never,
    },
  );
}

/** A library's code, ours or one from outside such as `QG010000`. */
export const libraryCode = z
  .string()
  .regex(/^[\w:/-]{2,40}$/, "expected: a library's code, such as VN-000001P or one from outside")
  .describe("A library's permanent code, or a code from outside that identity knows.");

/** Where a page of a list begins. */
export const after = z.string().max(400).default("").describe("`next` of the page before; empty for the first.");

type Library = { libraryId: string };
/** The same with its library under the one name that the interface has for it. */
export const withLibrary = <T extends Library>({ libraryId, ...rest }: T) => ({ ...rest, library: libraryId });
