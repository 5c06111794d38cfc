import type { VNode } from "preact";
import type { Texts } from "../texts/texts.ts";
import { Icon } from "./icon.tsx";

/** The search field with its list of suggestions below. A plain form; suggestions need a script. */
export function SearchBox({ t, query }: { t: Texts; query?: string }): VNode {
  return (
    <lt-suggest src={t.to("/tim/goi-y")}>
      <form class="search" role="search" action={t.to("/tim")}>
        <label class="sr" for="q">
          {t.search.label}
        </label>
        <span class="in">
          <Icon name="search" />
          <input
            id="q"
            name="q"
            type="search"
            lang="vi"
            value={query}
            maxLength={300}
            placeholder={t.search.hint}
            autoComplete="off"
            role="combobox"
            aria-expanded="false"
            aria-controls="goiy"
            aria-autocomplete="list"
            list={undefined}
          />
        </span>
        <button class="btn p" type="submit" aria-label={t.search.go}>
          <Icon name="search" />
          <span>{t.search.go}</span>
        </button>
        <ul class="suggest" id="goiy" role="listbox" aria-label={t.search.suggestions} hidden />
      </form>
    </lt-suggest>
  );
}
