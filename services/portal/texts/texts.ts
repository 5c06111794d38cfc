import type { Refusal } from "@lienthong/rpc/refusal.ts";
import { en } from "./en.ts";
import type { Language } from "./formats.ts";
import { type Texts, vi } from "./vi.ts";

export type { Texts } from "./vi.ts";

export const texts: Record<Language, Texts> = { vi, en };

/**
 * The sentence of a refusal. A code without a text, which only a newer release of a service can send, gets the general
 * sentence with its code, so that a desk can at least name it.
 */
export function refusalSentence(t: Texts, refusal: Refusal["refused"]): string {
  const sentence = t.refusals[refusal.code];
  if (sentence === undefined) return `${t.problems.refusedUnknown} (${refusal.code})`;
  return sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => readable(t, refusal.details[name] ?? ""));
}

/** Details travel as text; an instant is shown as the day it falls on. */
function readable(t: Texts, detail: string): string {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(detail) ? t.format.day(new Date(detail)) : detail;
}
