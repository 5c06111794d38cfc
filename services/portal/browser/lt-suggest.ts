import { fetchFragment, readFragment } from "./fragment.ts";

// Vietnamese is typed with many corrections: the list waits until the hand rests, longer inside a composition, where
// Android composes whole words.
const pauseMs = 180;
const composingMs = 350;

/**
 * A list of suggestions below its input. It never writes to the input, never moves its caret, never completes inline:
 * choosing a suggestion follows its link. Keys are left alone while a composition runs.
 */
class LtSuggest extends HTMLElement {
  #timer = 0;
  #asked = "";
  #active = -1;

  connectedCallback(): void {
    const { input } = this;
    if (!input) return;
    input.addEventListener("input", (event) => this.later((event as InputEvent).isComposing ? composingMs : pauseMs));
    input.addEventListener("compositionend", () => this.later(pauseMs));
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 120));
    this.list?.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.follow((event.target as Element).closest<HTMLElement>("[role=option]"));
    });
  }

  get input(): HTMLInputElement | null {
    return this.querySelector("input[role=combobox]");
  }

  get list(): HTMLElement | null {
    return this.querySelector("[role=listbox]");
  }

  get options(): HTMLElement[] {
    return [...(this.list?.querySelectorAll<HTMLElement>("[role=option]") ?? [])];
  }

  later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.ask(), ms);
  }

  async ask(): Promise<void> {
    const typed = this.input?.value.trim() ?? "";
    this.#asked = typed;
    if (typed.length < 2) return this.close();
    const url = `${this.getAttribute("src")}?q=${encodeURIComponent(typed)}`;
    const found = await fetchFragment(url, this.list?.id ?? "").then(readFragment, () => undefined);
    // An answer for what was typed before is late: it is dropped.
    if (typed !== this.#asked || document.activeElement !== this.input) return;
    const options = [...(found?.element?.children ?? [])];
    this.list?.replaceChildren(...options);
    this.#active = -1;
    this.open(options.length > 0);
  }

  key(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    const { options } = this;
    if (event.key === "Escape") this.close();
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length > 0 && !this.list?.hidden) {
      event.preventDefault();
      this.#active = (this.#active + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
      for (const [at, option] of options.entries()) option.setAttribute("aria-selected", String(at === this.#active));
      this.input?.setAttribute("aria-activedescendant", options[this.#active]?.id ?? "");
    } else if (event.key === "Enter" && this.#active >= 0) {
      event.preventDefault();
      this.follow(options[this.#active] ?? null);
    }
  }

  follow(option: HTMLElement | null): void {
    if (option?.dataset.href) location.assign(option.dataset.href);
  }

  open(shown: boolean): void {
    if (this.list) this.list.hidden = !shown;
    this.input?.setAttribute("aria-expanded", String(shown));
    if (!shown) this.input?.removeAttribute("aria-activedescendant");
  }

  close(): void {
    this.#active = -1;
    this.open(false);
  }
}

customElements.define("lt-suggest", LtSuggest);
