/**
 * The 13 digits of an ISBN as catalogued: with hyphens, a price, a qualifier in brackets, 10 or 13 digits.
 * Undefined when there is none or its check digit is wrong (ISO 2108): such a number finds nothing but its own record.
 *
 * @example isbn13("604-1-00006-X (T.1)") // "9786041000063"
 */
export function isbn13(text: string): string | undefined {
  const found = /^[^0-9]*([0-9](?:[-‐–\s]?[0-9]){8,11}(?:[-‐–\s]?[0-9Xx])?)(?![0-9])/.exec(text);
  if (!found) return undefined;
  const digits = found[1]!.replace(/[-‐–\s]/g, "").toUpperCase();
  if (digits.length === 13 && /^97[89]\d{10}$/.test(digits)) {
    return checkDigit13(digits.slice(0, 12)) === digits[12] ? digits : undefined;
  }
  if (digits.length === 10 && /^\d{9}[\dX]$/.test(digits) && checkDigit10(digits.slice(0, 9)) === digits[9]) {
    const body = `978${digits.slice(0, 9)}`;
    return body + checkDigit13(body);
  }
  return undefined;
}

/** An ISSN as `NNNN-NNNC` when its check digit holds (ISO 3297), otherwise undefined. */
export function issn(text: string): string | undefined {
  const found = /(?<![0-9])(\d{4})[-‐–]?(\d{3}[\dXx])(?![0-9])/.exec(text);
  if (!found) return undefined;
  const [head, tail] = [found[1]!, found[2]!.toUpperCase()];
  const sum = weighted(head + tail.slice(0, 3), (at) => 8 - at);
  return "0123456789X"[(11 - (sum % 11)) % 11] === tail[3] ? `${head}-${tail}` : undefined;
}

function checkDigit13(digits: string): string {
  return String((10 - (weighted(digits, (at) => (at % 2 === 0 ? 1 : 3)) % 10)) % 10);
}

function checkDigit10(digits: string): string {
  return "0123456789X"[(11 - (weighted(digits, (at) => 10 - at) % 11)) % 11]!;
}

function weighted(digits: string, weight: (at: number) => number): number {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) sum += Number(digits[at]) * weight(at);
  return sum;
}
