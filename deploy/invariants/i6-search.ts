import { type Evidence, lacking } from "./evidence.ts";
import type { Invariant } from "./invariant.ts";
import { lookAgain } from "./look-again.ts";
import { pages } from "./pages.ts";
import { searched } from "./search.ts";

/** A title's document bears the version of the title's row; what is newer in the row is on its way. */
export const searchEqualsTitles: Invariant = {
  id: "I6",
  promises:
    "Search knows every title as it is: none is missing, none is older than its bound, none is there that is not.",
  lacks: ({ where, services }) =>
    lacking(services, ["catalogue"]) ?? (where.search ? undefined : "no search server was named"),
  async *violations(evidence) {
    yield* lookAgain(evidence, missingOrStale(evidence), (seen) => stillMissing(evidence, seen));
    yield* lookAgain(evidence, ghosts(evidence), (seen) => stillGhosts(evidence, seen));
  },
};

type Title = { key: string; version: bigint; gone: boolean };
type Difference = { key: string; id: string; version: bigint };

// One request for so many documents: their ids fit well into the longest body the server takes.
const idsAtOnce = 1_000;

async function* missingOrStale(evidence: Evidence): AsyncGenerator<Difference> {
  const text = `select id as key, index_version as version, gone from title where id > $1 order by id limit $2`;
  for await (const titles of pages<Title>(evidence, "catalogue", text, "")) {
    const due = titles.filter(({ gone }) => !gone);
    for (let at = 0; at < due.length; at += idsAtOnce)
      yield* behind(
        evidence,
        due.slice(at, at + idsAtOnce).map(({ key, version }) => ({ key, id: key, version })),
      );
  }
}

async function* behind(evidence: Evidence, titles: readonly Difference[]): AsyncGenerator<Difference> {
  const found = await versionsOf(
    evidence,
    titles.map(({ id }) => id),
  );
  for (const title of titles) {
    const there = found.get(title.id);
    if (there === undefined) yield { ...title, key: `missing:${title.id}` };
    else if (there < title.version) yield { ...title, key: `stale:${title.id}` };
  }
}

/** What is still not there in the version it had when first seen. A title that has gone meanwhile is missed by nobody. */
async function stillMissing(evidence: Evidence, seen: readonly Difference[]): Promise<Difference[]> {
  const rows = await evidence.rows<{ id: string }>(
    "catalogue",
    "select id from title where id = any($1::text[]) and not gone",
    [seen.map(({ id }) => id)],
  );
  const living = new Set(rows.map(({ id }) => id));
  const still: Difference[] = [];
  for await (const one of behind(
    evidence,
    seen.filter(({ id }) => living.has(id)),
  ))
    still.push(one);
  return still;
}

async function versionsOf(evidence: Evidence, ids: readonly string[]): Promise<Map<string, bigint>> {
  if (ids.length === 0) return new Map();
  const hits = await searched(evidence, {
    query: { ids: { values: ids } },
    size: ids.length,
    version: true,
    _source: false,
  });
  return new Map(hits.map(({ _id, version }) => [_id, version]));
}

type Ghost = { key: string; id: string };

async function* ghosts(evidence: Evidence): AsyncGenerator<Ghost> {
  let after: unknown[] | undefined;
  for (;;) {
    const hits = await searched<{ id: string }>(evidence, {
      size: idsAtOnce,
      sort: [{ id: "asc" }],
      _source: ["id"],
      ...(after && { search_after: after }),
    });
    if (hits.length === 0) return;
    for (const id of await notTitles(
      evidence,
      hits.map(({ _id }) => _id),
    ))
      yield { key: `ghost:${id}`, id };
    after = hits.at(-1)?.sort;
  }
}

async function stillGhosts(evidence: Evidence, seen: readonly Ghost[]): Promise<Ghost[]> {
  const ids = seen.map(({ id }) => id);
  const there = await versionsOf(evidence, ids);
  const untitled = new Set(await notTitles(evidence, ids));
  return seen.filter(({ id }) => there.has(id) && untitled.has(id));
}

async function notTitles(evidence: Evidence, ids: readonly string[]): Promise<string[]> {
  const rows = await evidence.rows<{ id: string }>(
    "catalogue",
    "select id from title where id = any($1::text[]) and not gone",
    [ids],
  );
  const known = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !known.has(id));
}
