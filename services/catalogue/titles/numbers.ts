const spelled = new Map<string, number>();
const words: [number, string][] = [
  [1, "một nhất mot nhat one first"],
  [2, "hai nhì nhi two second"],
  [3, "ba three third"],
  [4, "bốn tư bon tu four fourth"],
  [5, "năm nam five fifth"],
  [6, "sáu sau six sixth"],
  [7, "bảy bẩy bay seven seventh"],
  [8, "tám tam eight eighth"],
  [9, "chín chin nine ninth"],
  [10, "mười muoi ten tenth"],
];
for (const [value, names] of words) for (const name of names.split(" ")) spelled.set(name, value);

/** The value of a number in digits, Roman numerals below 40, or spelled in Vietnamese or English up to ten. */
export function numberIn(word: string): number | undefined {
  const lower = word.normalize("NFC").toLowerCase();
  if (/^\d{1,4}$/.test(lower)) return Number(lower);
  return spelled.get(lower) ?? roman(lower);
}

// Only i, v and x: "Tập C" and "Quyển D" are letters far more often than 100 and 500.
function roman(word: string): number | undefined {
  const found = /^(x{0,3})(ix|iv|v?i{0,3})$/.exec(word);
  if (!found || word === "") return undefined;
  const units = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"].indexOf(found[2]!);
  return found[1]!.length * 10 + units;
}
