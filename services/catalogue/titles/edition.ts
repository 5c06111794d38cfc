import { fold } from "@lienthong/text/fold.ts";
import { numberIn } from "./numbers.ts";

/**
 * Which printing an edition statement means. "In lần thứ 2" and "Tái bản lần 1" are both 2: a reprint counts after
 * the first printing. Undefined when the statement names no number ("Tái bản có sửa chữa").
 */
export function editionNumber(statement: string): number | undefined {
  const text = ` ${fold(statement)} `;
  const reprint = /\b(?:tai ban|tb|t b)\b(?: co [a-z ]*?)?(?: in)?(?: lan)?(?: thu)? (\w+) /.exec(text);
  if (reprint) {
    const count = numberIn(reprint[1]!);
    return count === undefined ? undefined : count + 1;
  }
  const printing = /\b(?:lan|lan thu|an ban(?: thu)?|ban in(?: thu)?|ed|edition) (\d+|[a-z]+) /.exec(
    text.replace("lan thu ", "lan "),
  );
  const count = printing && numberIn(printing[1]!);
  if (count) return count;
  const english = / (\d+) (?:st|nd|rd|th) ed| (\w+) ed(?:ition)? /.exec(text);
  return english ? numberIn(english[1] ?? english[2]!) : undefined;
}
