import { fold } from "@lienthong/text/fold.ts";
import { numberIn } from "./numbers.ts";

/**
 * Which printing an edition statement means. "In lần thứ 2" and "Tái bản lần 1" are both 2: a reprint counts after
 * the first printing. Undefined when the statement names no number ("Tái bản có sửa chữa").
 */
export function editionNumber(statement: string): number | undefined {
  const text = ` ${fold(statement)} `;
  const isReprint = /\b(?:tai ban|tb|t b)\b/.test(text);
  const named = / (?:lan thu|lan|an ban|ban in) (\w+) /.exec(text) ?? / (?:tai ban|tb|t b) (\d+) /.exec(text);
  const count = named ? numberIn(named[1]!) : undefined;
  if (count !== undefined) return isReprint ? count + 1 : count;
  const english = / (\d+) (?:st|nd|rd|th) ed| (\w+) ed(?:ition)? /.exec(text);
  return english ? numberIn(english[1] ?? english[2]!) : undefined;
}
