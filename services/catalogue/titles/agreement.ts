import type { Told } from "./match-keys.ts";

/** Records that are one already, and what those of them say that share a description. */
export type Unit = { root: string; told: Told[] };

/** Who may be united, and which pairs a person should see. */
export type Agreement = { together: Unit[][]; ask: [Unit, Unit][] };

// Cataloguers count plates and blank leaves or not; three pages or two in a hundred is still the same run.
const pagesApartMax = 3;
const pagesApartShare = 0.02;

// A description shared by more than this many different statements is no description; only equal ones are united then.
const statementsMax = 60;

/**
 * Decides among records with the same title, year, edition, volume, publisher and form by what else they say.
 *
 * Equal author, subtitle and language: united. A blank language equals any. A blank or shorter author or subtitle is
 * filled only where the page counts agree and where all that fit it fit one another; otherwise a person is asked, or
 * nobody, when the records contradict each other.
 */
export function agreement(units: Unit[]): Agreement {
  const groups = groupsOf(units);
  const edges = new Map(groups.map((group) => [group, new Set<Group>([group])]));
  const ask: [Unit, Unit][] = [];
  const unsure = (a: Group, b: Group) => ask.push([a.units[0]!, b.units[0]!]);
  if (groups.length > statementsMax) return { together: groups.map((group) => group.units), ask };

  for (const [at, a] of groups.entries()) {
    for (const b of groups.slice(at + 1)) {
      const how = relation(a, b);
      if (how === "unsure") unsure(a, b);
      if (how !== "agree") continue;
      edges.get(a)!.add(b);
      edges.get(b)!.add(a);
    }
  }
  const together: Unit[][] = [];
  const done = new Set<Group>();
  for (const group of groups) {
    if (done.has(group)) continue;
    const near = edges.get(group)!;
    // All that agree with this one must agree with the same ones: then the set is closed, and no order can matter.
    const closed = [...near].every(
      (other) => edges.get(other)!.size === near.size && [...near].every((one) => edges.get(other)!.has(one)),
    );
    for (const other of closed ? near : [group]) done.add(other);
    together.push(closed ? [...near].flatMap((one) => one.units) : group.units);
    if (!closed) for (const other of near) if (groups.indexOf(other) > groups.indexOf(group)) unsure(group, other);
  }
  return { together, ask };
}

/** Whether two page counts may be of one edition; false when one is unknown. */
export function pagesAgree(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return Math.abs(a - b) <= Math.max(pagesApartMax, Math.min(a, b) * pagesApartShare);
}

type Group = { units: Unit[]; authors: string[]; subtitles: string[]; langs: string[]; pages: number[] };

function groupsOf(units: Unit[]): Group[] {
  const groups = new Map<string, Group>();
  for (const unit of units) {
    const authors = said(unit, (told) => told.author);
    const subtitles = said(unit, (told) => told.subtitle);
    const langs = said(unit, (told) => told.lang);
    const pages = unit.told.flatMap((told) => told.pages ?? []);
    // Records that name no author are one only where the page count is one as well.
    const signature = JSON.stringify([
      authors,
      subtitles,
      langs,
      authors.length > 0 ? [] : [...new Set(pages)].sort((x, y) => x - y),
    ]);
    const group = groups.get(signature) ?? { units: [], authors, subtitles, langs, pages: [] };
    group.units.push(unit);
    group.pages.push(...pages);
    groups.set(signature, group);
  }
  return [...groups.entries()].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, group]) => group);
}

function relation(a: Group, b: Group): "agree" | "unsure" | "contradict" {
  if (a.langs.length > 0 && b.langs.length > 0 && !shared(a.langs, b.langs)) return "contradict";
  const samePages = a.pages.some((x) => b.pages.some((y) => pagesAgree(x, y)));
  const authorsDiffer = a.authors.length > 0 && b.authors.length > 0 && !shared(a.authors, b.authors);
  const subtitlesDiffer =
    !a.subtitles.some((x) => b.subtitles.some((y) => fits(x, y))) && a.subtitles.length * b.subtitles.length > 0;
  if (authorsDiffer && subtitlesDiffer) return "contradict";
  if (authorsDiffer || subtitlesDiffer) return samePages ? "unsure" : "contradict";
  const sameAuthor = shared(a.authors, b.authors);
  const sameSubtitle = shared(a.subtitles, b.subtitles) || a.subtitles.length + b.subtitles.length === 0;
  if (samePages || (sameAuthor && sameSubtitle)) return "agree";
  return "unsure";
}

function said(unit: Unit, what: (told: Told) => string): string[] {
  return [...new Set(unit.told.map(what).filter((text) => text !== ""))].sort();
}

function shared(a: string[], b: string[]): boolean {
  return a.some((one) => b.includes(one));
}

/** Whether one subtitle is the other with words left out: "tiểu thuyết" and "tiểu thuyết lịch sử". */
function fits(a: string, b: string): boolean {
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  return ` ${longer} `.includes(` ${shorter} `);
}
