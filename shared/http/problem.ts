import { CallFault, type FaultKind, type FieldProblem } from "@lienthong/rpc/fault.ts";
import type { Refusal } from "@lienthong/rpc/refusal.ts";

/** An error over HTTP, RFC 9457. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  /** From the error catalogue, docs/errors.md. */
  code: string;
  detail?: string;
  details?: Record<string, string>;
  fields?: readonly FieldProblem[];
};

/** What a server answers by itself: the faults of a call, and those that only HTTP knows. */
export type ProblemKind = FaultKind | "too-large" | "media-type";

export const problemType = "application/problem+json; charset=utf-8";

/** HTTP status and title of what the frame answers by itself. */
export const faults: Record<ProblemKind, { status: number; title: string }> = {
  "bad-input": { status: 400, title: "The request is not usable" },
  "no-token": { status: 401, title: "No valid access token" },
  "not-allowed": { status: 403, title: "Not allowed" },
  "not-found": { status: 404, title: "Not found" },
  "request-id-reused": { status: 409, title: "The idempotency key belongs to another request" },
  "too-large": { status: 413, title: "The body is too large" },
  "media-type": { status: 415, title: "The body is of a kind that is not taken here" },
  busy: { status: 503, title: "Too many ask at once" },
  unavailable: { status: 503, title: "A part of the service does not answer" },
  "too-late": { status: 504, title: "The answer took too long" },
  fault: { status: 500, title: "A fault on our side" },
};

/** The problem that a fault of the frame is; `frame/<kind>` is its code. */
export const problemOf = (kind: ProblemKind, detail: string, fields: readonly FieldProblem[] = []): Problem => ({
  type: `urn:lienthong:problem:frame/${kind}`,
  title: faults[kind].title,
  status: faults[kind].status,
  code: `frame/${kind}`,
  detail,
  ...(fields.length > 0 ? { fields } : {}),
});

/** The problem that a refusal is: its code says which rule refused, its details what the rule's sentence names. */
export const problemOfRefusal = ({ refused }: Refusal, status: number): Problem => ({
  type: `urn:lienthong:problem:${refused.code}`,
  title: "A rule refuses this",
  status,
  code: refused.code,
  details: refused.details,
});

/**
 * The problem that an error is, whoever threw it: a fault of a call, the HTTP server's own complaint about a request, or
 * whatever went wrong inside, of which the caller learns nothing more.
 */
export function problemOfError(error: unknown): Problem {
  if (error instanceof CallFault) return problemOf(error.kind, outward[error.kind] ?? error.message, error.fields);
  const { statusCode = 500, message = "" } = error as { statusCode?: number; message?: string };
  if (statusCode === 413) return problemOf("too-large", message);
  if (statusCode === 415) return problemOf("media-type", message);
  if (statusCode >= 400 && statusCode < 500) return problemOf("bad-input", message);
  return problemOf("fault", "An internal fault");
}

/** What is said instead of a fault's own words where these may name addresses and parts inside. */
const outward: Partial<Record<FaultKind, string>> = {
  busy: "Ask again shortly; a command asked again under the same key is done once",
  unavailable: "Ask again shortly; a command asked again under the same key is done once",
  "too-late": "Ask again; a command asked again under the same key is done once",
  fault: "An internal fault",
};
