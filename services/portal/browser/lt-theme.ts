const yearSeconds = 365 * 24 * 3600;

/** The button between light and dark. The cookie makes the next page come in the same light, without a flash of the other. */
class LtTheme extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      const root = document.documentElement;
      const dark = root.dataset.theme
        ? root.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme:dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      document.cookie = `lt-nen=${dark ? "sang" : "toi"};path=/;max-age=${yearSeconds};samesite=lax`;
    });
  }
}

customElements.define("lt-theme", LtTheme);
