import type { FaultKind, FieldProblem } from "@lienthong/rpc/fault.ts";

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

export const problemType = "application/problem+json; charset=utf-8";

/** HTTP status and title of what the frame answers by itself. */
export const faults: Record<FaultKind, { status: number; title: string }> = {
  "bad-input": { status: 400, title: "The request is not usable" },
  "no-token": { status: 401, title: "No valid access token" },
  "not-allowed": { status: 403, title: "Not allowed" },
  "not-found": { status: 404, title: "Not found" },
  "request-id-reused": { status: 409, title: "The idempotency key belongs to another request" },
  unavailable: { status: 503, title: "A part of the service does not answer" },
  "too-late": { status: 504, title: "The answer took too long" },
  fault: { status: 500, title: "A fault on our side" },
};

/** The problem that a fault of the frame is; `frame/<kind>` is its code. */
export const problemOf = (kind: FaultKind, detail: string, fields: readonly FieldProblem[] = []): Problem => ({
  type: `urn:lienthong:problem:frame/${kind}`,
  title: faults[kind].title,
  status: faults[kind].status,
  code: `frame/${kind}`,
  detail,
  ...(fields.length > 0 ? { fields } : {}),
});
