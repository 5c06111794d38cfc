import type { Facet, FacetValue } from "@lienthong/proto/catalogue/v1/service.ts";
import type { VNode } from "preact";
import type { Texts } from "../texts/texts.ts";
import { Icon } from "./icon.tsx";

/** The facets in the order a reader needs them, and the name each has in an address. */
export const facetNames: Readonly<Record<string, string>> = {
  availability: "con",
  kind: "dang",
  province: "tinh",
  library: "thu-vien",
  language: "tieng",
  year: "nam",
};

const shownMax = 8;

/** Boxes to tick, with counts; applied on change by a script, by the button without. */
export function Facets({ t, facets, query }: { t: Texts; facets: readonly Facet[]; query: URLSearchParams }): VNode {
  const shown = Object.entries(facetNames).flatMap(([name, field]) => {
    const facet = facets.find((one) => one.name === name);
    return facet && facet.values.length > 0 ? [{ name, field, values: facet.values }] : [];
  });
  const chosen = shown.reduce((sum, { field }) => sum + query.getAll(field).length, 0);
  return (
    <aside class="facets" aria-label={t.search.filterResults}>
      <details class="fd">
        <summary>
          <Icon name="filter" /> {t.search.filter} {chosen > 0 && <span class="tag info">{chosen}</span>}
        </summary>
        <div class="stack-l">
          {shown.map(({ name, field, values }) => (
            <fieldset>
              <legend class="label">{t.search.facets[name]}</legend>
              {ordered(values, query.getAll(field)).map((value) => (
                <label class="check">
                  <input
                    type="checkbox"
                    id={`${field}-${idOf(value.value)}`}
                    name={field}
                    value={value.value}
                    checked={query.getAll(field).includes(value.value)}
                  />
                  <span>{facetLabel(t, name, value)}</span>
                  <span class="push muted num">{t.format.number(value.count)}</span>
                </label>
              ))}
            </fieldset>
          ))}
          <button class="btn s sm" type="submit" data-without-script>
            {t.search.apply}
          </button>
        </div>
      </details>
    </aside>
  );
}

/** What a facet's value is called: our word for it, the label that came with it, or the value itself. */
export function facetLabel(t: Texts, name: string, value: Pick<FacetValue, "value" | "label">): string {
  const ours = { kind: t.kinds, language: t.languages, availability: t.search.availability }[name];
  return ours?.[value.value] ?? (value.label || value.value);
}

/** The most frequent, and all that are chosen. */
function ordered(values: readonly FacetValue[], chosen: readonly string[]): FacetValue[] {
  return values.filter((value, at) => at < shownMax || chosen.includes(value.value));
}

const idOf = (value: string) => encodeURIComponent(value).replaceAll("%", "_");
