import { fetchFragment, parse, readFragment, say, show } from "./fragment.ts";

const failuresMax = 3;
const pollMs = 15_000;

/**
 * Elements kept up to date from a stream of the server. After three failures it asks every 15 seconds and says so. It can
 * be stopped, and ends by itself when an element says that its work is done.
 */
class LtLive extends HTMLElement {
  #stream: EventSource | undefined;
  #poll = 0;
  #failures = 0;
  #said = "";

  connectedCallback(): void {
    const stop = this.querySelector<HTMLButtonElement>("[data-stop]");
    if (stop) {
      stop.hidden = false;
      stop.addEventListener("click", () => this.end());
    }
    this.listen();
  }

  disconnectedCallback(): void {
    this.end();
  }

  listen(): void {
    this.#stream = new EventSource(this.getAttribute("src") ?? "");
    this.#stream.addEventListener("element", (event) => {
      this.#failures = 0;
      this.take(parse((event as MessageEvent<string>).data));
    });
    this.#stream.addEventListener("error", () => {
      this.#failures += 1;
      // A refusal closes the stream for good: the browser does not try again by itself.
      if (this.#failures < failuresMax && this.#stream?.readyState !== EventSource.CLOSED) return;
      this.#stream?.close();
      say(this.getAttribute("slow") ?? "");
      clearInterval(this.#poll);
      this.#poll = setInterval(() => void this.ask(), pollMs);
    });
  }

  async ask(): Promise<void> {
    for (const element of this.querySelectorAll(":scope > [id]")) {
      const found = await fetchFragment(location.href, element.id).then(readFragment, () => undefined);
      this.take(found?.element ?? null);
    }
  }

  take(element: Element | null): void {
    if (!element?.id || !show(element)) return;
    const { say: sentence, done } = (element as HTMLElement).dataset;
    // Screens change every second; speech only when the sentence is another, at each tenth.
    if (sentence && sentence !== this.#said) {
      this.#said = sentence;
      say(sentence);
    }
    if (done !== undefined) this.end();
  }

  end(): void {
    this.#stream?.close();
    clearInterval(this.#poll);
    const stop = this.querySelector<HTMLButtonElement>("[data-stop]");
    if (stop) stop.hidden = true;
  }
}

customElements.define("lt-live", LtLive);
