import { eachWord, type Word } from "./words.ts";

const onsets = "ngh ng nh gh gi kh ch ph qu th tr b c d đ g h k l m n p r s t v x".split(" ");

// All rimes of the written language; the few of minority names (Đắk Lắk, Pleiku's neighbours) end in k.
const rimes = new Set(
  `a ac ach ai ak am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
  e ec ek em en eng eo ep et ê êch êm ên ênh êp êt êu êk
  i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu ik
  o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi ok om on ong ooc oong op ot
  ô ôc ôi ôk ôm ôn ông ôp ôt ơ ơi ơm ơn ơng ơp ơt
  u ua uây uân uâng uât uc uê uêch uênh ui uk um un ung uôc uôi uôm uôn uông uôt up uơ ut uy uya uych uyên uyêt uynh uyn uyp uyt uyu
  ư ưa ưc ưi ưm ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
  y yêm yên yêng yêt yêu ynh yt ych`.split(/\s+/),
);

/**
 * Whether a word can be a Vietnamese syllable with its marks: a known onset and rime, one tone, and only sắc or nặng
 * before c, ch, k, p, t. `viet` without its tone is none; that it may be typed so is for the caller to allow.
 */
export function isVietnameseSyllable(word: string): boolean {
  const words: Word[] = [];
  eachWord(word, (one) => words.push(one));
  return words.length === 1 && isSyllable(words[0]!);
}

/**
 * The share (0 to 1) of a text's words that can be Vietnamese or Latin words: plain ASCII words, Vietnamese syllables,
 * and Western words with a few accents. Text read in the wrong encoding falls far below 0.95. A text without words has 1.
 */
export function syllableShare(text: string): number {
  let words = 0;
  let possible = 0;
  for (const piece of text.normalize("NFC").split(/[\s\p{P}\p{Sm}\p{N}]+/u)) {
    if (piece === "") continue;
    words++;
    if (/^[A-Za-z]+$/.test(piece) || isVietnameseSyllable(piece) || isWestern(piece)) possible++;
  }
  return words === 0 ? 1 : possible / words;
}

function isSyllable({ letters, tones, isNumber }: Word): boolean {
  if (isNumber || tones.length > 1 || letters.length > 7) return false;
  const stopped = /(?:c|ch|k|p|t)$/.test(letters) && letters.length > 1 && !onsets.includes(letters);
  if (stopped && tones !== "4" && tones !== "5") return false;
  if (rimes.has(letters)) return true;
  // gì, gìn: the i of the onset gi is then also the rime's.
  if (/^gi(?:|n|p|m|ch|t|nh|ếng|êt|êng|êc|êm|ên|êp|êu)$/.test(letters)) return true;
  return onsets.some((onset) => letters.startsWith(onset) && rimes.has(letters.slice(onset.length)));
}

// Müller and Lefèvre, but not ViÖt: an old font read as Latin-1 mixes capitals into words and accents every third letter.
function isWestern(word: string): boolean {
  if (!/^[A-ZÀ-ÖØ-Þ]?[a-zß-öø-ÿāēīōūăąćčđęěğıłńňőœřśşšșťțůűýźżž]{2,}$/u.test(word) || /[µð]/.test(word)) return false;
  const accents = word.replace(/[A-Za-z]/g, "").length;
  return word.length >= 4 && accents <= Math.max(1, Math.floor(word.length / 4));
}
