import { page } from "../frame/page.ts";
import { ReaderPage } from "../frame/layout.tsx";

const shortestQuery = 2;

/** `/tim/goi-y?q=…`: the list below the search field. Its options are links, so that choosing one never touches what was typed. */
export const suggestionsPage = page("/tim/goi-y", { for: "anyone" }, async (ask) => {
  const { t, query } = ask;
  const typed = (query.get("q") ?? "").trim().slice(0, 100);
  const { suggestions } =
    typed.length < shortestQuery ? { suggestions: [] } : await ask.catalogue.suggest({ query: typed });
  return (
    <ReaderPage ask={ask} title={t.search.suggestions}>
      <ul class="suggest" id="goiy" role="listbox" aria-label={t.search.suggestions}>
        {suggestions.map((suggestion, at) => (
          <li
            id={`goiy-${at}`}
            role="option"
            aria-selected="false"
            data-href={t.to(
              suggestion.titleId ? `/an-pham/${suggestion.titleId}` : `/tim?q=${encodeURIComponent(suggestion.text)}`,
            )}
          >
            <span>
              <span class="work">{suggestion.text}</span> <span class="small muted">{suggestion.author}</span>
            </span>
          </li>
        ))}
      </ul>
    </ReaderPage>
  );
});
