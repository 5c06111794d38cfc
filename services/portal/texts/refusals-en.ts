/** What is said when a rule refuses, by the refusal's code. Details are named in braces; a missing detail leaves its brace empty. */
export const refusalsEn: Record<string, string> = {
  "circulation.check-out/item-unknown": "This code is not known. Set the item aside and tell the cataloguer.",
  "circulation.check-out/item-on-loan": "Somebody has this item on loan. Check it in first, then lend it.",
  "circulation.check-out/item-not-for-loan": "This item may be read in the library only.",
  "circulation.check-out/patron-unknown": "No reader has this card.",
  "circulation.check-out/patron-blocked": "This reader may not borrow at present.",
  "circulation.check-out/loan-limit-reached": "The reader has {limit} loans already, the most this library allows.",
};
