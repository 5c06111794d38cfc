import { type Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { sayAnswered } from "./retry.ts";

/** What the frame itself answers instead of a reply. */
export type FaultKind =
  | "bad-input"
  | "no-token"
  | "not-allowed"
  | "not-found"
  | "request-id-reused"
  | "busy"
  | "unavailable"
  | "too-late"
  | "fault";

export type FieldProblem = { field: string; problem: string };

/** A fault of a call, the same at both ends of it. */
export class CallFault extends Error {
  readonly kind: FaultKind;
  readonly fields: readonly FieldProblem[];
  constructor(kind: FaultKind, message: string, options: { cause?: unknown; fields?: readonly FieldProblem[] } = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.fields = options.fields ?? [];
  }
}

/** Bad input, by field: what is wrong and what would be right. */
export const badInput = (...fields: FieldProblem[]) =>
  new CallFault("bad-input", "The request is not usable", { fields });

/** There is nothing with this id, or nothing that the caller may know of. */
export const notFound = (what: string) => new CallFault("not-found", `There is no such ${what}`);

const codes: Record<FaultKind, status> = {
  "bad-input": status.INVALID_ARGUMENT,
  "no-token": status.UNAUTHENTICATED,
  "not-allowed": status.PERMISSION_DENIED,
  "not-found": status.NOT_FOUND,
  "request-id-reused": status.FAILED_PRECONDITION,
  busy: status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  "too-late": status.DEADLINE_EXCEEDED,
  fault: status.INTERNAL,
};

const fieldsKey = "fields-bin";

/** How a fault goes over the wire. What is inside of a fault of ours stays here; the caller learns its kind. */
export function toStatus(fault: CallFault, trailers: Metadata): Partial<ServiceError> {
  if (fault.kind === "unavailable") sayAnswered(trailers);
  if (fault.fields.length > 0) trailers.set(fieldsKey, Buffer.from(JSON.stringify(fault.fields)));
  return {
    code: codes[fault.kind],
    details: fault.kind === "fault" ? "An internal fault" : fault.message,
    metadata: trailers,
  };
}

/** How a fault arrives. Whatever is unknown is a fault. */
export function fromStatus(error: ServiceError): CallFault {
  const kind = (Object.keys(codes) as FaultKind[]).find((name) => codes[name] === error.code) ?? "fault";
  const carried = error.metadata?.get(fieldsKey)[0];
  const fields = carried ? (JSON.parse(carried.toString()) as FieldProblem[]) : [];
  return new CallFault(error.code === status.CANCELLED ? "too-late" : kind, error.details || error.message, {
    cause: error,
    fields,
  });
}
