import { type Evidence, lacking } from "./evidence.ts";
import type { Invariant } from "./invariant.ts";
import { lookAgain } from "./look-again.ts";
import { beforeAllIds, pages } from "./pages.ts";
import { searched } from "./search.ts";

/** Made anew from circulation's own rows, and held against what catalogue keeps of it and what search shows. */
export const availabilityDerived: Invariant = {
  id: "I9",
  promises: "What readers are shown of an item's availability is what circulation's own rows say, within the bound.",
  lacks: ({ services }) => lacking(services, ["catalogue", "circulation"]),
  async *violations(evidence) {
    yield* lookAgain(evidence, copiesThatDiffer(evidence), (seen) => stillDiffer(evidence, seen));
    if (evidence.where.search)
      yield* lookAgain(evidence, documentsThatDiffer(evidence), async (seen) => {
        const still: Shown[] = [];
        for await (const one of compared(
          evidence,
          seen.map(({ id }) => id),
        ))
          still.push(one);
        return still;
      });
  },
};

type State = { key: string; version: bigint; state: string; due: Date | null };
type Differing = { key: string; id: string };

const ownStates = "select item_id as key, version, state, due_at as due from item_state";

async function* copiesThatDiffer(evidence: Evidence): AsyncGenerator<Differing> {
  const text = `${ownStates} where item_id > $1 order by item_id limit $2`;
  for await (const states of pages<State>(evidence, "circulation", text, beforeAllIds))
    yield* unequal(evidence, states);
  // And the other way round: nobody but circulation says where an item is.
  const copies = "select item_id as key from item_state where item_id > $1 order by item_id limit $2";
  for await (const rows of pages<{ key: string }>(evidence, "catalogue", copies, beforeAllIds)) {
    const ids = rows.map(({ key }) => key);
    const own = await evidence.rows<State>("circulation", `${ownStates} where item_id = any($1::uuid[])`, [ids]);
    const told = new Set(own.map(({ key }) => key));
    for (const id of ids) if (!told.has(id)) yield { key: `item:${id}`, id };
  }
}

async function stillDiffer(evidence: Evidence, seen: readonly Differing[]): Promise<Differing[]> {
  const ids = seen.map(({ id }) => id);
  const own = await evidence.rows<State>("circulation", `${ownStates} where item_id = any($1::uuid[])`, [ids]);
  const told = new Set(own.map(({ key }) => key));
  const still = seen.filter(({ id }) => !told.has(id));
  for await (const one of unequal(evidence, own)) still.push(one);
  return still;
}

async function* unequal(evidence: Evidence, own: readonly State[]): AsyncGenerator<Differing> {
  const copies = await evidence.rows<State>("catalogue", `${ownStates} where item_id = any($1::uuid[])`, [
    own.map(({ key }) => key),
  ]);
  const copyOf = new Map(copies.map((copy) => [copy.key, copy]));
  for (const { key, version, state, due } of own) {
    const copy = copyOf.get(key);
    // A newer copy has been told of since the row was read; that it is not ahead of its owner is told by its order (I4).
    if (copy && copy.version > version) continue;
    if (copy?.version !== version || copy.state !== wordOf(state) || Number(copy.due) !== Number(due))
      yield { key: `item:${key}`, id: key };
  }
}

/** How catalogue tells readers what circulation says; of a withdrawn item nothing is shown. */
const wordOf = (state: string) => (state === "WITHDRAWN" ? "unknown" : state.toLowerCase().replaceAll("_", "-"));

type Shown = { key: string; id: string };
type Source = { availability: string; available_at: string[]; hit: { available: number } };

const titlesAtOnce = 500;

async function* documentsThatDiffer(evidence: Evidence): AsyncGenerator<Shown> {
  const text = "select id as key from title where id > $1 and not gone order by id limit $2";
  for await (const titles of pages<{ key: string }>(evidence, "catalogue", text, ""))
    for (let at = 0; at < titles.length; at += titlesAtOnce)
      yield* compared(
        evidence,
        titles.slice(at, at + titlesAtOnce).map(({ key }) => key),
      );
}

async function* compared(evidence: Evidence, ids: readonly string[]): AsyncGenerator<Shown> {
  if (ids.length === 0) return;
  const documents = await searched<Source>(evidence, {
    query: { ids: { values: ids } },
    size: ids.length,
    _source: ["availability", "available_at", "hit.available"],
  });
  const expected = await fromRows(evidence, ids);
  for (const { _id, _source } of documents) {
    const { availability, available, libraries } = expected(_id);
    const same =
      _source.availability === availability &&
      _source.hit.available === available &&
      _source.available_at.toSorted().join() === libraries.toSorted().join();
    if (!same) yield { key: `title:${_id}`, id: _id };
  }
}

type Item = { id: string; titleId: string; libraryId: string; forLoan: boolean };

/** What these titles' documents must say, from the descriptions of their items and circulation's own states of them. */
async function fromRows(evidence: Evidence, ids: readonly string[]) {
  const items = await evidence.rows<Item>(
    "catalogue",
    `select item.id, record.title_id as "titleId", item.library_id as "libraryId", item.for_loan as "forLoan"
     from record join item on item.record_id = record.id and not item.withdrawn
     where record.title_id = any($1::text[]) and not record.deleted`,
    [ids],
  );
  const states = await evidence.rows<{ id: string; state: string }>(
    "circulation",
    "select item_id as id, state from item_state where item_id = any($1::uuid[])",
    [items.map(({ id }) => id)],
  );
  const stateOf = new Map(states.map(({ id, state }) => [id, wordOf(state)]));
  const byTitle = Map.groupBy(items, ({ titleId }) => titleId);
  return (title: string) => {
    const lendable = (byTitle.get(title) ?? []).filter(({ forLoan }) => forLoan);
    const there = lendable.filter(({ id }) => stateOf.get(id) === "available");
    const untold = lendable.some(({ id }) => (stateOf.get(id) ?? "unknown") === "unknown");
    const others = lendable.length > 0 ? "on-loan" : byTitle.has(title) ? "on-site" : "none";
    const availability = there.length > 0 ? "available" : untold ? "unknown" : others;
    return { availability, available: there.length, libraries: [...new Set(there.map(({ libraryId }) => libraryId))] };
  };
}
