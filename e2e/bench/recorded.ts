import pg from "pg";

/** Where a parameter of a repeated statement comes from. */
export type Source =
  | { from: "constant"; value: unknown }
  | { from: "input"; name: string }
  /** What an earlier statement of the same transaction answered, in its first row. */
  | { from: "answer"; statement: number; column: number }
  | { from: "list"; items: Source[] }
  /** Another text each time, such as the key of a request. */
  | { from: "fresh" };

export type Statement = { text: string; parameters: Source[] };

type Seen = { text: string; values: unknown[]; row: unknown[] };
type Inputs = Record<string, string>;

/**
 * Records the statements of a transaction as its service sends them, so that a bare client can send the very same. It is
 * run twice with different inputs: what differs is an input, an earlier answer, or new each time.
 */
export async function record(
  run: (which: 0 | 1) => Promise<void>,
  inputs: readonly [Inputs, Inputs],
): Promise<Statement[]> {
  const [first, second] = [await statementsOf(() => run(0)), await statementsOf(() => run(1))];
  if (first.length !== second.length) throw new Error("The same command sent other statements the second time");
  return first.map(({ text, values }, at) => {
    const other = second[at]?.values ?? [];
    const earlier = { first: first.slice(0, at), second: second.slice(0, at) };
    return { text, parameters: values.map((value, n) => sourceOf(value, other[n], inputs, earlier)) };
  });
}

type Earlier = { first: Seen[]; second: Seen[] };

function sourceOf(a: unknown, b: unknown, inputs: readonly [Inputs, Inputs], earlier: Earlier): Source {
  if (Array.isArray(a) && Array.isArray(b)) {
    return { from: "list", items: a.map((item, n) => sourceOf(item, b[n], inputs, earlier)) };
  }
  const name = Object.keys(inputs[0]).find((each) => inputs[0][each] === a && inputs[1][each] === b);
  if (name !== undefined) return { from: "input", name };
  if (typeof a !== "string" || a === b) return { from: "constant", value: a };
  for (const [statement, seen] of earlier.first.entries()) {
    const column = seen.row.findIndex((value, n) => value === a && earlier.second[statement]?.row[n] === b);
    if (column >= 0) return { from: "answer", statement, column };
  }
  // Headers and times differ and may stay as they are; what must be new each time is a short text.
  return a.length > 100 ? { from: "constant", value: a } : { from: "fresh" };
}

/** Everything that this process sends to PostgreSQL meanwhile. */
async function statementsOf(run: () => Promise<void>): Promise<Seen[]> {
  const seen: Seen[] = [];
  const query = pg.Client.prototype.query as (...asked: unknown[]) => Promise<pg.QueryResult> | undefined;
  pg.Client.prototype.query = function listening(this: pg.Client, ...asked: unknown[]) {
    const [config] = asked as [string | { text: string; values?: unknown[] }];
    const asObject = typeof config === "string" ? { text: config } : config;
    const entry: Seen = { text: asObject.text, values: asObject.values ?? [], row: [] };
    seen.push(entry);
    const keep = (result?: pg.QueryResult) => {
      entry.row = Object.values(result?.rows?.[0] ?? {});
    };
    // The pool's own way to ask hands over a function, all others await.
    const last = asked.at(-1);
    if (typeof last === "function") {
      asked[asked.length - 1] = (error: unknown, result?: pg.QueryResult) => {
        keep(result);
        (last as (...answer: unknown[]) => void)(error, result);
      };
      return query.apply(this, asked);
    }
    return query.apply(this, asked)?.then((result) => {
      keep(result);
      return result;
    });
  } as never;
  try {
    await run();
  } finally {
    pg.Client.prototype.query = query as never;
  }
  return seen;
}
