import type { FacetChoice, SearchResponse, TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import type { VNode } from "preact";
import { ReaderPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { Availability } from "../parts/availability.tsx";
import { Cover, titleOf } from "../parts/cover.tsx";
import { facetLabel, facetNames, Facets } from "../parts/facets.tsx";
import { Icon } from "../parts/icon.tsx";
import { withQuery } from "../parts/links.ts";
import { Empty, Notice } from "../parts/notice.tsx";
import { SearchBox } from "../parts/search-box.tsx";
import { languageTag } from "../texts/language-tag.ts";
import type { Texts } from "../texts/texts.ts";

const pageSize = 20;
const sorts = ["relevance", "newest", "title"];

/** `/tim?q=…`: the whole state of a search stands in its address. */
export const resultsPage = page("/tim", { for: "anyone" }, async (ask) => {
  const { t, query } = ask;
  const typed = (query.get("q") ?? "").trim().slice(0, 300);
  const found = await ask.catalogue
    .search({
      query: typed,
      size: pageSize,
      after: query.get("sau") ?? "",
      facets: choices(query),
      sort: sortOf(query),
      withoutFacets: false,
    })
    .catch((cause: unknown) => {
      if (cause instanceof CallFault && (cause.kind === "unavailable" || cause.kind === "too-late")) return undefined;
      throw cause;
    });
  return (
    <ReaderPage ask={ask} title={t.search.title(typed)} wide>
      <div class="deep sbar">
        <div class="wrap">
          <SearchBox t={t} query={typed} />
        </div>
      </div>
      <Results t={t} query={query} typed={typed} found={found} />
    </ReaderPage>
  );
});

/** Everything below the search field: one element, so that a ticked facet changes it in place. */
export function Results({
  t,
  query,
  typed,
  found,
}: {
  t: Texts;
  query: URLSearchParams;
  typed: string;
  found: SearchResponse | undefined;
}): VNode {
  if (!found) {
    return (
      <div class="wrap alone" id="ket-qua">
        <Notice kind="wait" title={t.search.down} alert>
          <p>{t.search.downHint}</p>
          <p>
            <a href={`${t.to("/tim")}${withQuery(query, {})}`}>{t.search.retry}</a>
          </p>
        </Notice>
      </div>
    );
  }
  return (
    <div id="ket-qua">
      <lt-form target="ket-qua" offline={t.problems.sentLater} signin={t.to("/dang-nhap")}>
        <form class="wrap rgrid" action={t.to("/tim")}>
          <input type="hidden" name="q" value={typed} />
          <Facets t={t} facets={found.facets} query={query} />
          <div class="stack">
            <h1>{t.search.found(Number(found.total), typed)}</h1>
            {found.limited && (
              <Notice kind="wait" title={t.search.limited}>
                <p>{t.search.limitedHint}</p>
              </Notice>
            )}
            {found.folded && <p class="soft small">{t.search.folded}</p>}
            <div class="row">
              <Chips t={t} query={query} found={found} />
              <label class="row small srt push">
                <span class="soft">{t.search.sort}</span>
                <select class="input" id="xep" name="xep">
                  {sorts.map((sort) => (
                    <option value={sort} selected={sort === (sortOf(query) || "relevance")}>
                      {t.search.sorts[sort]}
                    </option>
                  ))}
                </select>
              </label>
            </div>
            {found.hits.length === 0 ? (
              <NothingFound t={t} query={query} typed={typed} didYouMean={found.didYouMean} />
            ) : (
              <Hits t={t} hits={found.hits} />
            )}
            <Paging t={t} query={query} next={found.next} />
          </div>
        </form>
      </lt-form>
    </div>
  );
}

function Hits({ t, hits }: { t: Texts; hits: readonly TitleHit[] }): VNode {
  return (
    <ol class="rl">
      {hits.map((hit) => (
        <Hit t={t} hit={hit} />
      ))}
    </ol>
  );
}

function Hit({ t, hit }: { t: Texts; hit: TitleHit }): VNode {
  const href = t.to(`/an-pham/${hit.id}`);
  const title = titleOf(t, hit.title);
  const published = [hit.publisher, hit.year, hit.edition, hit.volume].filter((part) => part !== "").join(", ");
  return (
    <li class="res card">
      <a class="plain" href={href} tabIndex={-1} aria-hidden="true">
        <Cover work={{ ...hit, title }} />
      </a>
      <div class="rb">
        <h2 class="work">
          <a class="plain" href={href} lang={languageTag(hit.language)}>
            {title}
          </a>
        </h2>
        <p class="small soft">
          {hit.author} {published && <span class="muted">{hit.author ? `· ${published}` : published}</span>}
        </p>
        <ul class="fmts">
          <li>
            <span class="fm">
              <Icon name="books" />
              {t.kinds[hit.kind] ?? t.kinds.book}
            </span>
            <Availability t={t} of={hit} />
            <span class="where small soft">{whereOf(t, hit)}</span>
            {hit.items > 0 && (
              <a class="btn s sm" href={t.to(`/dat-muon/${hit.id}`)}>
                {hit.available > 0 ? t.title.hold : t.title.holdWait}
                <span class="sr">{t.title.holdFor(title)}</span>
              </a>
            )}
          </li>
        </ul>
      </div>
    </li>
  );
}

/** The place before the number: the library with copies on the shelf first. */
function whereOf(t: Texts, hit: TitleHit): string {
  const libraries = new Map(hit.holdings.map((holding) => [holding.libraryId, holding]));
  const best = hit.holdings.find((holding) => holding.available > 0) ?? hit.holdings[0];
  if (!best) return "";
  return t.title.andOthers(best.libraryName, libraries.size - 1);
}

/** Chosen facets, each with a way to drop it. */
function Chips({ t, query, found }: { t: Texts; query: URLSearchParams; found: SearchResponse }): VNode | null {
  const chosen = Object.entries(facetNames).flatMap(([name, field]) =>
    query.getAll(field).map((value) => ({ name, field, value })),
  );
  if (chosen.length === 0) return null;
  return (
    <div class="scroller">
      {chosen.map(({ name, field, value }) => {
        const known = found.facets.find((facet) => facet.name === name)?.values.find((one) => one.value === value);
        const rest = query.getAll(field).filter((one) => one !== value);
        return (
          <a class="chip on" href={`${t.to("/tim")}${withQuery(query, { [field]: rest, sau: undefined })}`}>
            {facetLabel(t, name, known ?? { value, label: value })} <Icon name="cross" />
            <span class="sr">{t.search.remove}</span>
          </a>
        );
      })}
    </div>
  );
}

function NothingFound({
  t,
  query,
  typed,
  didYouMean,
}: {
  t: Texts;
  query: URLSearchParams;
  typed: string;
  didYouMean: string;
}): VNode {
  return (
    <Empty icon="search" title={t.search.none(typed)}>
      {didYouMean && (
        <p>
          <a href={`${t.to("/tim")}${withQuery(query, { q: didYouMean, sau: undefined })}`}>
            {t.search.didYouMean(didYouMean)}
          </a>
        </p>
      )}
      <p class="soft">{t.search.noneHint}</p>
    </Empty>
  );
}

/** By key, never by page number: what was added meanwhile neither repeats nor skips a title. */
function Paging({ t, query, next }: { t: Texts; query: URLSearchParams; next: string }): VNode | null {
  const later = query.has("sau");
  if (!next && !later) return null;
  return (
    <nav class="row pg" aria-label={t.search.pages}>
      {later && <a href={`${t.to("/tim")}${withQuery(query, { sau: undefined })}`}>{t.nav.first}</a>}
      {next && (
        <a class="btn s push" href={`${t.to("/tim")}${withQuery(query, { sau: next })}`}>
          {t.nav.next} <Icon name="right" />
        </a>
      )}
    </nav>
  );
}

function choices(query: URLSearchParams): FacetChoice[] {
  return Object.entries(facetNames)
    .map(([name, field]) => ({ name, values: query.getAll(field).slice(0, 20) }))
    .filter(({ values }) => values.length > 0);
}

const sortOf = (query: URLSearchParams) => {
  const asked = query.get("xep") ?? "";
  return asked !== "relevance" && sorts.includes(asked) ? asked : "";
};
