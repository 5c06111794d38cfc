import { fetchFragment, note, onward, readFragment, say, show } from "./fragment.ts";
import { forget, keep, type Scan, waiting } from "./scan-queue.ts";

// A scanner's trigger held down sends the same code again at once.
const sameCodeMs = 2_000;
const retryFromMs = 2_000;
const retryToMs = 30_000;

/**
 * A field for scanners. A scan commits at once: the field empties and keeps the focus, the scan waits in the browser until
 * it was answered, and scans are sent one after the other in their order. A letter typed outside of any field goes here.
 */
class LtScan extends HTMLElement {
  #sending = false;
  #retryMs = retryFromMs;
  #last = { code: "", at: 0 };

  connectedCallback(): void {
    for (const part of this.querySelectorAll<HTMLElement>("[data-without-script]")) part.hidden = true;
    for (const part of this.querySelectorAll<HTMLElement>("[data-with-script]")) part.hidden = false;
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.take();
    });
    document.addEventListener("keydown", this.#toField);
    addEventListener("online", this.#send);
    this.input?.focus();
    void this.send();
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#toField);
    removeEventListener("online", this.#send);
  }

  get input(): HTMLInputElement | null {
    return this.querySelector("form.scan input:not([type=hidden])");
  }

  /** No guess by timing: what is printable and typed nowhere is for the scan field, before the letter lands. */
  readonly #toField = (event: KeyboardEvent): void => {
    if (
      event.isComposing ||
      event.ctrlKey ||
      event.altKey ||
      event.metaKey ||
      event.key.length !== 1 ||
      event.key === " "
    )
      return;
    if (!(event.target as Element).closest("input,textarea,select,[contenteditable],dialog[open]")) this.input?.focus();
  };
  readonly #send = (): void => void this.send();

  async take(): Promise<void> {
    const { input } = this;
    const form = input?.form;
    const code = input?.value.trim() ?? "";
    if (!input || !form || code === "") return;
    const fields = [...new FormData(form)].map(([name, value]): [string, string] => [name, String(value)]);
    // A code is committed: this one field may be emptied while it has the focus.
    input.value = "";
    const now = Date.now();
    if (code === this.#last.code && now - this.#last.at < sameCodeMs) return;
    this.#last = { code, at: now };
    const who = this.getAttribute("who") ?? "";
    await keep({ id: crypto.randomUUID(), who, action: form.action, code, fields, at: now });
    await this.send();
  }

  async send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (const scan of await waiting(this.getAttribute("who") ?? "")) {
        if (!(await this.sendOne(scan))) {
          setTimeout(() => void this.send(), this.#retryMs);
          this.#retryMs = Math.min(this.#retryMs * 2, retryToMs);
          break;
        }
        this.#retryMs = retryFromMs;
      }
    } finally {
      this.#sending = false;
      await this.list();
    }
    // A scan that came while the others were being sent.
    if (this.#retryMs === retryFromMs && (await waiting(this.getAttribute("who") ?? "")).length > 0) await this.send();
  }

  /** @returns whether it was answered; what was not answered is sent again later, with the same request id */
  async sendOne(scan: Scan): Promise<boolean> {
    const target = this.getAttribute("target") ?? "";
    const body = new URLSearchParams(scan.fields);
    body.set("yeu-cau", scan.id);
    const answer = await fetchFragment(scan.action, target, { method: "POST", body }).catch(() => undefined);
    if (!answer || answer.status >= 500 || answer.status === 429) {
      say(`${this.getAttribute("unsent")}: ${scan.code}`);
      return false;
    }
    if (answer.status === 401) {
      const link = document.createElement("a");
      link.href = this.getAttribute("signin") ?? "/";
      link.textContent = (await readFragment(answer)).element?.querySelector("p")?.textContent ?? "";
      note(this, link);
      return false;
    }
    await forget(scan.id);
    const next = onward(answer);
    if (next) {
      location.assign(next);
      return true;
    }
    const { element, sentence } = await readFragment(answer);
    if (element?.id === target) show(element);
    else if (element) note(this, element);
    say(sentence);
    this.input?.focus();
    return true;
  }

  /** What waits is seen to wait. */
  async list(): Promise<void> {
    const scans = await waiting(this.getAttribute("who") ?? "");
    const rows = scans.map((scan) => {
      const row = document.createElement("li");
      row.textContent = `${this.getAttribute("unsent")}: ${scan.code}`;
      return row;
    });
    this.querySelector(".unsent")?.replaceChildren(...rows);
  }
}

customElements.define("lt-scan", LtScan);
