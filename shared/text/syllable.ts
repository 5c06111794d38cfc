/**
 * Whether a word can be a Vietnamese syllable: an onset, a rime and a tone that go together. The tone mark may stand on
 * any vowel of the rime (hòa, hoà), case does not matter, and i/y are told apart only where a rime has just one of them.
 */
export function isVietnameseSyllable(word: string): boolean {
  const known = verdicts.get(word);
  if (known !== undefined) return known;
  const verdict = judge(word);
  // The syllables of Vietnamese are few thousands: the table below stays small unless the text is something else.
  if (verdicts.size >= 20_000) verdicts.clear();
  verdicts.set(word, verdict);
  return verdict;
}

/** A syllable, or an abbreviation with đ and without vowels (ĐH, TĐ, 25000đ), as they stand in every catalogue. */
export function isVietnameseWord(word: string): boolean {
  return isVietnameseSyllable(word) || /^[bcdghklmnpqrstvx]{0,4}đ[bcdđghklmnpqrstvx]{0,4}$/i.test(word);
}

const verdicts = new Map<string, boolean>();

function judge(word: string): boolean {
  if (word.length === 0 || word.length > 14) return false;
  const marks: string[] = [];
  const plain = word
    .toLowerCase()
    .normalize("NFD")
    .replace(tones, (mark) => {
      marks.push(mark);
      return "";
    })
    .normalize("NFC");
  if (marks.length > 1 || misspelt.test(plain)) return false;
  for (const onset of onsets) {
    if (!plain.startsWith(onset)) continue;
    const rime = plain.slice(onset.length);
    const fits =
      onset === "qu" ? rimesAfterQu.has(rime) : rimes.has(rime) || (onset === "gi" && rimesAfterGi.has(rime));
    if (fits) return marks[0] === undefined || !stopped.test(rime) || marks[0] === acute || marks[0] === dotBelow;
  }
  return false;
}

const acute = "\u0301";
const dotBelow = "\u0323";
const tones = /[\u0300\u0301\u0303\u0309\u0323]/g;
// Syllables that end in a stop carry no tone but sắc or nặng.
const stopped = /(?:ch|[cpt])$/;

// Before e, ê and i (y) Vietnamese writes k, gh and ngh, never c, g and ng; gh and ngh nowhere else.
const misspelt = /^(?:c|ng)[eêiy]|^g[eê]|^n?gh[^eêi]/;

// Longest first: "ngh" before "ng" before "n"; the empty onset last.
const onsets = ("ngh ch gh gi kh ng nh ph qu th tr b c d đ g h k l m n p r s t v x".split(" ") as string[]).concat("");

const rimes = new Set(
  `a ac ach ai ak am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
   e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
   i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu y yêm yên yêng yêt yêu ych ym yn ynh yp yt
   o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oem oen oeo oet oi om on ong ooc oong op ot
   ô ôc ôi ôm ôn ông ôông ôp ôt ơ ơi ơm ơn ơng ơp ơt
   u ua uân uâng uât uâc uây uc uê uêch uên uênh uêt ui um un ung uơ uơn up ut uy uya uych uyên uyêt uyn uynh uyp uyt uyu
   uôc uôi uôm uôn uông uôt ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu`.split(/\s+/),
);

const rimesAfterQu = new Set(
  `a ac ach ai an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt ân âng ât ây e en eng eo et
   ê ên ênh êch êt êu i ich iên in inh it iu ơ ơi ơn ôc y ych yên yêt yn ynh yp yt yu`.split(/\s+/),
);

// Written with one i where onset and rime both have it: gì, gìn, giếng, giết.
const rimesAfterGi = new Set(["", "n", "êc", "êm", "ên", "êng", "êt"]);
