import { declarationOf } from "../services.ts";
import { isUuid } from "./aggregates.ts";
import type { Evidence } from "./evidence.ts";
import { frameTableArray } from "./frame-tables.ts";
import type { Invariant } from "./invariant.ts";
import { pages } from "./pages.ts";

/**
 * As far as rows alone can tell. Whether every answer that a client got is here is told by laying the client's own history
 * beside the rows, which the fault tests do.
 */
export const answersHold: Invariant = {
  id: "I2",
  promises: "A request has one first answer, and what it was answered to have made is there.",
  async *violations(evidence) {
    for (const service of evidence.services) yield* answersOf(evidence, service);
  },
};

type Answer = { key: string; call: string; answer: Buffer; times: bigint };

async function* answersOf(evidence: Evidence, service: string): AsyncGenerator<string> {
  const { definition } = await declarationOf(service);
  const methods = new Map(Object.values(definition).map((method) => [method.path, method]));
  const places = await tablesById(evidence, service);
  for await (const answers of pages<Answer>(evidence, service, firstAnswers, "")) {
    const made = new Map<string, string>();
    for (const { key, call, answer, times } of answers) {
      const named = key.replace("\u001f", "/");
      if (times > 1n) yield `${service}:${named}`;
      const id = idOf(methods.get(call)?.responseDeserialize(answer));
      if (id !== undefined) made.set(id, named);
    }
    for (const id of await notThere(evidence, service, places, [...made.keys()])) yield `${service}:${made.get(id)}`;
  }
}

// The key of a request holds no word of the client's: it is a hash.
const firstAnswers = `
  select actor || chr(31) || request_id as key, min(call) as call, min(answer) as answer, count(*) as times
  from first_answer where (actor, request_id) > (split_part($1, chr(31), 1), split_part($1, chr(31), 2))
  group by actor, request_id order by actor, request_id limit $2`;

/** The id of what a command says it made or changed; a refusal and a choice to be made have none. */
function idOf(reply: unknown): string | undefined {
  const { outcome } = (reply ?? {}) as { outcome?: { $case: string; value: { id?: unknown } } };
  if (outcome === undefined || outcome.$case === "refused") return undefined;
  const { id } = outcome.value;
  return typeof id === "string" && id !== "" ? id : undefined;
}

type Place = { table: string; column: string; byUuid: boolean };

/** The tables of a service's rooms that are keyed by one id. */
function tablesById(evidence: Evidence, service: string): Promise<Place[]> {
  return evidence.rows<Place>(
    service,
    `select pg_class.oid::regclass::text as table, attname as column, atttypid = 'uuid'::regtype as "byUuid"
     from pg_class
     join pg_index on indrelid = pg_class.oid and indisprimary and indnkeyatts = 1
     join pg_attribute on attrelid = pg_class.oid and attnum = indkey[0]
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
       and atttypid in ('uuid'::regtype, 'text'::regtype)
       and relname <> all(${frameTableArray})`,
  );
}

async function notThere(evidence: Evidence, service: string, places: readonly Place[], ids: readonly string[]) {
  const missing = new Set(ids);
  for (const { table, column, byUuid } of places) {
    const asked = byUuid ? [...missing].filter(isUuid) : [...missing];
    if (asked.length === 0) continue;
    const rows = await evidence.rows<{ id: string }>(
      service,
      `select ${column}::text as id from ${table} where ${column} = any($1::${byUuid ? "uuid" : "text"}[])`,
      [asked],
    );
    for (const { id } of rows) missing.delete(id);
  }
  return missing;
}
