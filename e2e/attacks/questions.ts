import { may } from "@lienthong/auth/permission.ts";
import type { Callable } from "@lienthong/rpc/callable.ts";
import { rules } from "./asks.ts";
import { actorIn, tokenOf } from "./people.ts";
import { type AnyCalls, callsOf } from "./platform.ts";
import { hanoi } from "./stage.ts";

/**
 * The same question once for each of its texts, that one made this text, however deep it stands. The others stay as they
 * are, and let it pass the checks that come before its own.
 */
export function* oneTextChanged(text: string, ask: unknown, at = ""): Generator<[field: string, question: unknown]> {
  if (typeof ask === "string") yield [at, text];
  else if (Array.isArray(ask)) {
    for (const [place, one] of ask.entries())
      for (const [field, changed] of oneTextChanged(text, one, `${at}[${place}]`))
        yield [field, ask.with(place, changed)];
  } else if (typeof ask === "object" && ask !== null) {
    for (const [name, value] of Object.entries(ask))
      for (const [field, changed] of oneTextChanged(text, value, at === "" ? name : `${at}.${name}`))
        yield [field, { ...ask, [name]: changed }];
  }
}

/** A service's calls in the name of somebody who may make this one: the library's librarian, or the ministry. */
export async function callsOfOneWhoMay(name: Callable, call: string): Promise<AnyCalls> {
  const staff = { token: await tokenOf(hanoi.librarian.username), libraryId: hanoi.code };
  const allowed = may(actorIn(staff.token, hanoi.code), rules[name][call]!);
  return callsOf(name, allowed ? staff : { token: await tokenOf("setup") }) as unknown as AnyCalls;
}
