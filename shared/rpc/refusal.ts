import type { Refusal as RefusalMessage } from "@lienthong/proto/common/v1/common.ts";

/** An answer that a rule gives: a value, never thrown. */
export type Refusal = { readonly refused: RefusalMessage };

export type Details = Record<string, string>;

/** All refusals declared in this process: code → what it means in plain English. The error catalogue is made from it. */
export const declaredRefusals = new Map<string, string>();

/**
 * Declares the refusals of one command.
 * @param area `service.command`, e.g. `circulation.check-out`
 * @param meanings reason → one plain English sentence; texts for people stand in the portal
 * @returns a function that makes the refusal of a reason, with what its sentence names
 */
export function refusals<Reason extends string>(area: string, meanings: Record<Reason, string>) {
  for (const [reason, meaning] of Object.entries(meanings)) declaredRefusals.set(`${area}/${reason}`, String(meaning));
  return (reason: Reason, details: Details = {}): Refusal => ({ refused: { code: `${area}/${reason}`, details } });
}

/** Whether a rule answered with a refusal instead of what was asked for. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "refused" in value;

type Outcome = { $case: string; value: unknown };
type Answered<O> = O extends { $case: "refused" } ? Refusal : O extends { value: infer V } ? V : never;

/**
 * Undoes a reply's `outcome`: what was asked for, or the refusal.
 * @throws Error when the reply holds neither, which only another release of the service can send
 */
export function answered<O extends Outcome>(reply: { outcome: O | undefined }): Answered<O> {
  if (!reply.outcome) throw new Error("A reply came without an outcome");
  const { $case, value } = reply.outcome;
  return ($case === "refused" ? { refused: value } : value) as Answered<O>;
}

type RefusedOutcome = { outcome: { $case: "refused"; value: RefusalMessage } };

/** Makes a reply: the refusal as it is, or the value under its name. */
export function outcome<const Case extends string, Value, Shown>(
  result: Value | Refusal,
  name: Case,
  show: (value: Value) => Shown,
): RefusedOutcome | { outcome: { $case: Case; value: Shown } } {
  if (isRefusal(result)) return refused(result);
  return { outcome: { $case: name, value: show(result) } };
}

/** The reply that is a refusal. */
export const refused = (refusal: Refusal): RefusedOutcome => ({
  outcome: { $case: "refused", value: refusal.refused },
});
