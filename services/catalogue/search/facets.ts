import type { Facet, FacetChoice } from "@lienthong/proto/catalogue/v1/service.ts";

/** The facets, in the order they are shown, and how many of their values at most. */
export const facetNames = ["availability", "kind", "province", "library", "language", "year"] as const;
export type FacetName = (typeof facetNames)[number];
export type Choices = Partial<Record<FacetName, string[]>>;

const valuesMax: Record<FacetName, number> = {
  availability: 5,
  kind: 20,
  province: 40,
  library: 100,
  language: 30,
  year: 60,
};

/** The choices by facet; several for one facet are one. */
export function choicesOf(facets: readonly FacetChoice[]): Choices {
  const choices: Choices = {};
  for (const { name, values } of facets) {
    if (values.length === 0) continue;
    const facet = name as FacetName;
    choices[facet] = [...(choices[facet] ?? []), ...values];
  }
  return choices;
}

/** A filter in the engine's words, as far as we use them. */
export type Filter =
  | { term: Record<string, string> }
  | { terms: Record<string, readonly string[]> }
  | { bool: { filter?: Filter | Filter[]; should?: Filter[]; must_not?: Filter; minimum_should_match?: number } };

/** Filters for the choices of all facets but one. */
function filtersBeside(choices: Choices, beside?: FacetName): Filter[] {
  return facetNames
    .filter((name) => name !== beside && choices[name])
    .map((name): Filter => {
      const values = choices[name]!;
      if (name !== "availability") return { terms: { [name]: values } };
      return { bool: { should: values.map((value) => availabilityFilter(value, choices)), minimum_should_match: 1 } };
    });
}

/** Where a library or a province is chosen, available means there: a copy elsewhere is not what was asked for. */
function availabilityFilter(value: string, { library, province }: Choices): Filter {
  const there: Filter[] = [
    ...(library ? [{ terms: { available_at: library } }] : []),
    ...(province ? [{ terms: { available_in: province } }] : []),
  ];
  if (there.length === 0 || value === "none") return { term: { availability: value } };
  if (value === "available") return { bool: { filter: there } };
  const elsewhere = value === "on-loan" ? ["on-loan", "available"] : [value];
  return { bool: { filter: { terms: { availability: elsewhere } }, must_not: { bool: { filter: there } } } };
}

/** In the order in which a reader would like them. */
const availabilities = ["available", "on-loan", "on-site", "unknown", "none"];

/** The filter for the results themselves; applied after counting, so that a facet shows what its other values would find. */
export const postFilter = (choices: Choices): Filter => ({ bool: { filter: filtersBeside(choices) } });

/** Whether what a title is filtered by passes, as the engine would say it: it may be away. */
export function passes(fields: Readonly<Record<string, string | string[]>>, filter: Filter): boolean {
  const isOneOf = ([name, values]: [string, readonly string[]]) =>
    [fields[name] ?? []].flat().some((value) => values.includes(value));
  if ("term" in filter) return Object.entries(filter.term).every(([name, value]) => isOneOf([name, [value]]));
  if ("terms" in filter) return Object.entries(filter.terms).every(isOneOf);
  const { filter: every = [], should, must_not: none = [] } = filter.bool;
  const holds = (one: Filter) => passes(fields, one);
  return [every].flat().every(holds) && (should?.some(holds) ?? true) && ![none].flat().some(holds);
}

/** What the engine counts: each facet under the choices of the others. */
export function aggregations(choices: Choices): object {
  const counted = facetNames.map((name) => {
    const order = name === "year" ? { order: { _key: "desc" } } : {};
    const values =
      name === "availability"
        ? {
            filters: {
              filters: Object.fromEntries(availabilities.map((value) => [value, availabilityFilter(value, choices)])),
            },
          }
        : { terms: { field: name, size: valuesMax[name], ...order } };
    return [name, { filter: { bool: { filter: filtersBeside(choices, name) } }, aggs: { values } }];
  });
  return Object.fromEntries(counted);
}

type Bucket = { key: string; doc_count: number };
export type Counted = Record<FacetName, { values: { buckets: Bucket[] | Record<string, { doc_count: number }> } }>;

/** The facets as they are shown; a value without a name is left out, and so is one that would find nothing. */
export function facetsOf(counted: Counted, labels: ReadonlyMap<string, string>): Facet[] {
  return facetNames.map((name) => {
    const { buckets } = counted[name].values;
    const values = Array.isArray(buckets)
      ? buckets
      : Object.entries(buckets).map(([key, { doc_count }]) => ({ key, doc_count }));
    return {
      name,
      values: values
        .filter(({ key, doc_count }) => key !== "" && doc_count > 0)
        .map(({ key, doc_count }) => ({
          value: key,
          label: labels.get(`${name}:${key}`) ?? key,
          count: BigInt(doc_count),
        })),
    };
  });
}
