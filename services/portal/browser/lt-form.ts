import { fetchFragment, note, onward, readFragment, say, show } from "./fragment.ts";

/**
 * Sends its form without leaving the page and shows the element `target` as it is afterwards. The request id in the form
 * stays the same until an answer came, so a form sent again after a broken line does nothing twice.
 */
class LtForm extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send(event.target as HTMLFormElement, (event as SubmitEvent).submitter);
    });
    // A filter applies when it changes; its button is for pages without script.
    if (this.form?.method !== "get") return;
    for (const button of this.querySelectorAll<HTMLElement>("[data-without-script]")) button.hidden = true;
    this.addEventListener("change", () => this.form?.requestSubmit());
  }

  get form(): HTMLFormElement | null {
    return this.querySelector("form");
  }

  async send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    const target = this.getAttribute("target") ?? "";
    const place = document.getElementById(target);
    if (place?.getAttribute("aria-busy") === "true") return;
    const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    const reading = form.method === "get";
    const url = reading ? `${form.action}?${body}` : form.action;
    const label = this.getAttribute("busy") && submitter instanceof HTMLButtonElement ? submitter : null;
    const words = label ? [...label.childNodes] : [];
    place?.setAttribute("aria-busy", "true");
    if (label) {
      label.disabled = true;
      label.replaceChildren(this.getAttribute("busy") ?? "");
    }
    const rest = () => {
      place?.removeAttribute("aria-busy");
      if (label?.isConnected) {
        label.disabled = false;
        label.replaceChildren(...words);
      }
    };
    try {
      const answer = await fetchFragment(url, target, reading ? {} : { method: "POST", body });
      const next = onward(answer);
      if (next) return location.assign(next);
      rest();
      const { element, sentence } = await readFragment(answer);
      if (element?.id === target) {
        if (reading) history.pushState(null, "", url);
        show(element);
        say(sentence || (document.getElementById(target)?.querySelector("h1,h2")?.textContent ?? ""));
      } else if (element) note(this, element);
    } catch {
      // No network: the form stays as it is, with its request id.
      rest();
      note(this, this.getAttribute("offline") ?? "");
    }
  }
}

customElements.define("lt-form", LtForm);
addEventListener("popstate", () => location.reload());
