const segmenter = new Intl.Segmenter("vi", { granularity: "grapheme" });

/** How many characters a reader sees: "𡨸喃" is two, whatever the number of its code units. */
export function countGraphemes(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count++;
  return count;
}

/**
 * Cuts a text to at most `charactersMax` characters as a reader counts them, the ending included when it was cut.
 * Never cuts inside a character. The work is bounded by `charactersMax`, not by the text.
 *
 * @example truncate("Tiếng Việt", 6) // "Tiếng…"
 */
export function truncate(text: string, charactersMax: number, ending = "…"): string {
  if (text.length <= charactersMax) return text;
  const room = Math.max(0, charactersMax - countGraphemes(ending));
  let count = 0;
  let cut = 0;
  for (const { index } of segmenter.segment(text)) {
    if (count === room) cut = index;
    if (count === charactersMax) return text.slice(0, cut).trimEnd() + (charactersMax > 0 ? ending : "");
    count++;
  }
  return text;
}
