import { formats } from "./formats.ts";

const { number } = formats("en");

/** "1 copy", "2 copies": English alone needs two forms. */
export const pluralEn = (count: number, one: string, many = `${one}s`) =>
  `${number(count)} ${count === 1 ? one : many}`;
