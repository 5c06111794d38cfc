/**
 * Whether two folded titles differ by no more than a slip of the keyboard or two: letters dropped, doubled, turned round or
 * mistaken, in titles long enough for that to mean anything.
 */
export function nearlyEqual(a: string, b: string): boolean {
  const [x, y] = [a.replaceAll(" ", ""), b.replaceAll(" ", "")];
  if (x === y) return true;
  const slipsMax = Math.min(x.length, y.length) >= 10 ? 2 : 1;
  if (Math.min(x.length, y.length) < 5 || Math.abs(x.length - y.length) > slipsMax) return false;
  // Toán 10 and Toán 11 are one slip and a school year apart.
  if (x.replace(/\D/g, "") !== y.replace(/\D/g, "")) return false;
  return slips(x, y, slipsMax) <= slipsMax;
}

/** The number of slips from one text to the other (optimal string alignment), counted only up to the limit. */
function slips(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    before = last;
    last = row;
  }
  return last[b.length]!;
}
