// A process of its own that does nothing but send recorded transactions: prepared statements, one connection a client, no
// rule, no check, no token. What pgbench would do with the same statements.
import pg from "pg";
import { drive, percentile } from "./load.ts";
import type { Source, Statement } from "./recorded.ts";

export type BareAsk = {
  url: string;
  statements: Statement[];
  inputs: Record<string, string>[];
  clients: number;
  seconds: number;
};
export type BareAnswer = { perSecond: number; p50: number; p95: number };

process.once("message", (ask: BareAsk) => {
  void run(ask).then((answer) => process.send?.(answer, () => process.exit(0)));
});

async function run({ url, statements, inputs, clients, seconds }: BareAsk): Promise<BareAnswer> {
  const free = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client({ connectionString: url, options: "-c timezone=UTC" });
      await client.connect();
      return client;
    }),
  );
  const one = async (n: number) => {
    const client = free.pop();
    const input = inputs[n];
    if (!client || !input) throw new Error("There are more clients than connections, or more rounds than inputs");
    await transaction(client, statements, input);
    free.push(client);
  };
  const driven = await drive(clients, seconds, one);
  await Promise.all(free.map((client) => client.end()));
  return { perSecond: driven.perSecond, p50: percentile(driven.ms, 0.5), p95: percentile(driven.ms, 0.95) };
}

async function transaction(client: pg.Client, statements: Statement[], input: Record<string, string>): Promise<void> {
  const answers: unknown[][] = [];
  const valueOf = (source: Source): unknown => {
    switch (source.from) {
      case "constant":
        return source.value;
      case "input":
        return input[source.name];
      case "answer":
        return answers[source.statement]?.[source.column];
      case "list":
        return source.items.map(valueOf);
      case "fresh":
        return crypto.randomUUID();
    }
  };
  for (const [at, { text, parameters }] of statements.entries()) {
    const result = await (parameters.length === 0
      ? client.query(text)
      : client.query({ name: `s${at}`, text, values: parameters.map(valueOf), rowMode: "array" }));
    answers.push(result.rows?.[0] ?? []);
  }
}
