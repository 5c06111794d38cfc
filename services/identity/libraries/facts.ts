import { LibraryKind, LibraryLevel } from "@lienthong/proto/identity/v1/library.ts";
import { z } from "zod";
import { text } from "../asked.ts";
import { provinceOn } from "./provinces.ts";

const words = (literals: Record<string, string>) =>
  Object.keys(literals).filter((word) => word !== "UNSPECIFIED" && word !== "UNRECOGNIZED");
const oneOf = (allowed: readonly string[]) => z.enum(allowed, `one of ${allowed.join(", ")}`);
const yesOrNo = oneOf(["true", "false"]);

/** What may be told of a library from a day on, and how each value looks. */
export const attributes: Record<string, z.ZodType<string>> = {
  name: text(200),
  kind: oneOf(words(LibraryKind)),
  level: oneOf(words(LibraryLevel)),
  province: z.string(),
  active: yesOrNo,
  // Public or not, independent of the kind (Law on Libraries 46/2019/QH14, article 9).
  ownership: oneOf(["PUBLIC", "NON_PUBLIC"]),
  central: yesOrNo,
  // The number of the act that gave the library an important role (Decree 93/2020/NĐ-CP, articles 3 and 4).
  important: text(200),
  "owner-agency": text(200),
  address: text(300),
  "online-service-url": z.url({ protocol: /^https?$/ }).max(500),
};

/** What is wrong with a value of an attribute from a day on; undefined when nothing is. */
export function factProblem(
  attribute: string,
  value: string,
  from: string,
): { field: string; problem: string } | undefined {
  const shape = attributes[attribute];
  if (!shape) return { field: "attribute", problem: `one of ${Object.keys(attributes).join(", ")}` };
  if (attribute === "province" && !provinceOn(value, from)) {
    return { field: "value", problem: `no province-level unit had the code "${value}" on ${from}` };
  }
  const read = shape.safeParse(value);
  return read.success ? undefined : { field: "value", problem: read.error.issues[0]?.message ?? "not usable" };
}

/** The word of a kind or level, as facts keep it: NATIONAL, PROVINCE. */
export function wordOf<Literals extends Record<string, string>>(literals: Literals, value: string): string | undefined {
  return words(literals).find((word) => literals[word] === value);
}
