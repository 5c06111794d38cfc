import type { VNode } from "preact";
import type { Texts } from "../texts/texts.ts";

type Work = { title: string; author: string; ddc: string };

/** A stitched book made from class number and title. Decoration: the title always stands beside it. */
export function Cover({ work, size }: { work: Work; size?: "sm" | "lg" | "fluid" }): VNode {
  return (
    <span class={`cover ${tint(work)}${size ? ` ${size}` : ""}`} aria-hidden="true">
      <b>{shortened(work.title, 60)}</b>
      <i>{shortened(work.author, 40)}</i>
    </span>
  );
}

/** A book's back on a shelf: a link with the title as its text. */
export function Spine({ work, href }: { work: Work; href: string }): VNode {
  // As many letters as fit on the highest back that stands on the shelf.
  const title = shortened(work.title, 23);
  const seed = numberOf(work.title);
  const height = Math.min(245, Math.max(176, 68 + title.length * 7.7 + (seed % 20)));
  const width = 32 + (seed % 5) * 6;
  const labelled = width >= 44 && title.length <= 16 && seed % 2 === 0;
  return (
    <a
      class={`spine ${tint(work)}${labelled ? " lab" : ""}`}
      style={`--w:${width}px;--h:${Math.round(height)}px`}
      href={href}
      title={work.title}
    >
      <span>{title}</span>
    </a>
  );
}

export const titleOf = (t: Texts, title: string) => title || t.title.untitled;

/** Colour and pattern: the first digit of the class number; without one, always the same one for the same title. */
function tint({ title, ddc }: Work): string {
  const digit = /^\d/.exec(ddc)?.[0];
  return `c${digit ?? numberOf(title) % 10}`;
}

const numberOf = (text: string) => [...text].reduce((sum, sign) => (sum * 31 + (sign.codePointAt(0) ?? 0)) % 9973, 7);

/** Cut at a space, so that no word is broken. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const cut = text.lastIndexOf(" ", longest);
  return `${text.slice(0, cut > longest / 2 ? cut : longest)}…`;
}
