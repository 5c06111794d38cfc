/** MARC's three letters to the tag that a browser knows; unknown languages say nothing. */
export const languageTag = (marc: string): string | undefined =>
  ({ vie: "vi", eng: "en", fre: "fr", rus: "ru", chi: "zh", jpn: "ja", kor: "ko", ger: "de", lao: "lo", khm: "km" })[
    marc
  ];
