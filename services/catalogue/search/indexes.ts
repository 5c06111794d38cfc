import { ask, SearchServerError } from "./server.ts";
import { indexBody, manyShownEvery, shownEvery } from "./mapping.ts";
import { documentOf } from "./document.ts";
import type { KnownTitle } from "../titles/hit.ts";
import { ownSettings } from "../settings.ts";

// Documents are written under a name that only a made index has: where an index is lost, the server must not make one
// without a mapping in its place.
const writeName = (index: string) => `${index}-write`;

/** Makes an empty index. @returns its name */
export async function makeIndex(): Promise<string> {
  const name = `${ownSettings().SEARCH_INDEX}-${Date.now()}`;
  await ask({
    method: "PUT",
    path: `/${name}`,
    body: { ...indexBody(), aliases: { [writeName(name)]: {} } },
    timeoutMs: 30_000,
  });
  return name;
}

export async function dropIndex(name: string): Promise<void> {
  await ask({ method: "DELETE", path: `/${name}`, timeoutMs: 30_000 }).catch((error) => {
    if (!(error instanceof SearchServerError && error.status === 404)) throw error;
  });
}

const indexExists = (name: string): Promise<boolean> =>
  ask({ method: "GET", path: `/_alias/${writeName(name)}` }).then(
    () => true,
    (error) => {
      if (error instanceof SearchServerError && error.status === 404) return false;
      throw error;
    },
  );

/** From now on search asks this index and no other. */
export async function searchIn(name: string): Promise<void> {
  const alias = ownSettings().SEARCH_INDEX;
  const others = { remove: { index: `${alias}-*`, alias, must_exist: false } };
  const swap = (former: object) =>
    ask({
      method: "POST",
      path: "/_aliases",
      body: { actions: [former, { add: { index: name, alias } }] },
      timeoutMs: 30_000,
    });
  await swap(others).catch((error: unknown) => {
    // Where the name was lost, somebody's writing may have made an index of it. It goes in the same step.
    const taken = error instanceof SearchServerError && error.type === "invalid_alias_name_exception";
    if (!taken) throw error;
    return swap({ remove_index: { index: alias } });
  });
}

/** Whether an index is there and takes the documents that this release writes. */
export async function fits(name: string): Promise<boolean> {
  if (!(await indexExists(name))) return false;
  type Mapped = Record<string, { mappings: { dynamic?: string; properties?: Record<string, { type?: string }> } }>;
  const [mapped] = Object.values(await ask<Mapped>({ method: "GET", path: `/${name}/_mapping` }));
  const there = mapped?.mappings.properties ?? {};
  const types = (properties: Record<string, { type?: string }>) =>
    JSON.stringify(
      Object.entries(properties)
        .map(([field, { type = "object" }]) => `${field} ${type}`)
        .sort(),
    );
  return types(there) === types(indexBody().mappings.properties);
}

/** Whether search asks this index. */
export const isSearched = (name: string): Promise<boolean> =>
  ask<Record<string, unknown>>({ method: "GET", path: `/_alias/${ownSettings().SEARCH_INDEX}` }).then(
    (indexes) => name in indexes,
    (error) => {
      if (error instanceof SearchServerError && error.status === 404) return false;
      throw error;
    },
  );

/** From now on what is written into an index can be searched soon after; a little later where many wait to be written. */
export const showWrites = (name: string, many = false): Promise<unknown> =>
  ask({
    method: "PUT",
    path: `/${name}/_settings`,
    body: { index: { refresh_interval: many ? manyShownEvery : shownEvery } },
    timeoutMs: 30_000,
  });

/** How many documents can be searched in an index now. */
export async function countIn(name: string): Promise<number> {
  await ask({ method: "POST", path: `/${name}/_refresh`, timeoutMs: 30_000 });
  const { count } = await ask<{ count: number }>({ method: "GET", path: `/${name}/_count` });
  return count;
}

type BulkReply = {
  errors: boolean;
  items: Record<string, { _id: string; status: number; error?: { type: string } }>[];
};

/**
 * Writes titles into indexes, each under the version of its row: what is newer there already stays.
 * @returns the ids of titles whose documents were refused
 * @throws SearchServerError when an index is not there
 */
export async function writeDocuments(indexes: readonly string[], titles: readonly KnownTitle[]): Promise<string[]> {
  if (titles.length === 0 || indexes.length === 0) return [];
  const lines = indexes.flatMap((index) => titles.flatMap((title) => linesOf(writeName(index), title)));
  // Without an answer of the shard it gives up soon: the titles keep, and a transaction waits for it.
  const query = { require_alias: "true", timeout: "5s" };
  const reply = await ask<BulkReply>({ method: "POST", path: "/_bulk", query, lines, timeoutMs: 30_000 });
  if (!reply.errors) return [];
  const refused = new Set<string>();
  for (const item of reply.items) {
    for (const { _id, status, error } of Object.values(item)) {
      // A conflict says that a newer document is there; a deletion finds nothing where nothing was.
      if (status < 300 || status === 409 || (status === 404 && !error)) continue;
      if (error?.type === "index_not_found_exception") throw new SearchServerError(404, error.type, reply);
      if (status === 429 || status >= 500) throw new SearchServerError(status, error?.type ?? "", reply);
      refused.add(_id);
    }
  }
  return [...refused];
}

function linesOf(index: string, title: KnownTitle): object[] {
  // Versions are beyond what a JavaScript number holds exactly, so they go as text.
  const place = { _index: index, _id: title.id, version: String(title.indexVersion), version_type: "external" };
  return title.gone ? [{ delete: place }] : [{ index: place }, documentOf(title)];
}
