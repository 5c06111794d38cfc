import { randomUUID } from "node:crypto";
import type { ServiceDefinition } from "@grpc/grpc-js";
import type { Permission } from "@lienthong/auth/permission.ts";
import { clientOf, openChannel } from "@lienthong/rpc/client.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import type { Realm, Someone } from "./realm.ts";

/** Those in whose names every call is tried; a stranger is staff of another library who asks for this one. */
export const everyone = [
  "nobody",
  "account",
  "person",
  "desk",
  "cataloguer",
  "manager",
  "ministry",
  "ops",
  "program",
  "stranger",
] as const;
export type Who = (typeof everyone)[number];

/** A service's calls by name; for each who tried it and what came of it: `let in`, or the kind of the fault. */
export type LetIn<Call extends string> = Record<Call, Partial<Record<Who, string>>>;

/**
 * Tries every call of a running service in everyone's name with an empty question. Whom the frame lets in may still be
 * told that the question is bad, or that nothing is found: that is the room's word and counts as let in.
 * @param libraryId the library that all act for; the program is its desk's
 * @param leaveOut cells that cannot be tried, because the room would need a part that the test lacks
 * @throws Error when a call has no row in the permission table, or a row no call
 */
export async function whoMay<Call extends string>(
  service: { address: string; realm: Realm },
  definition: ServiceDefinition,
  permissions: Record<Call, Permission | readonly Permission[]>,
  libraryId: string,
  leaveOut: (call: Call, who: Who) => boolean = () => false,
): Promise<LetIn<Call>> {
  const calls = Object.keys(permissions) as Call[];
  const [declared, ruled] = [Object.keys(definition), calls].map((names) => names.toSorted().join(" "));
  if (declared !== ruled) throw new Error(`The service has ${declared}, its permission table ${ruled}`);
  const channel = openChannel(service.address);
  try {
    const found = calls.map((call) => [call, {}] as const);
    for (const who of everyone) {
      const token = who === "nobody" ? {} : { token: await service.realm.token(someone(who, libraryId)) };
      const client = clientOf(channel, definition, { ...token, libraryId, deadlineMs: 5_000 });
      for (const [call, said] of found) {
        if (leaveOut(call, who)) continue;
        const method = definition[call]!;
        const question = method.requestStream ? noParts() : method.requestDeserialize(Buffer.alloc(0));
        const ask = (client as unknown as Record<string, Ask>)[call]!;
        Object.assign(said, { [who]: await ask(question, { requestId: randomUUID() }).then(letIn, faultKind) });
      }
    }
    return Object.fromEntries(found) as LetIn<Call>;
  } finally {
    channel.close();
  }
}

type Ask = (question: unknown, context: { requestId: string }) => Promise<unknown>;

/** The same table from the names of those whom each call lets in: nobody else is, and only nobody lacks a token. */
export function expectedOf<Call extends string>(allowed: Record<Call, readonly Who[]>): LetIn<Call> {
  const cell = (whos: readonly Who[], who: Who) => {
    if (whos.includes(who)) return "let in";
    return who === "nobody" ? "no-token" : "not-allowed";
  };
  const rows = Object.entries<readonly Who[]>(allowed).map(([call, whos]) => [
    call,
    Object.fromEntries(everyone.map((who) => [who, cell(whos, who)])),
  ]);
  return Object.fromEntries(rows) as LetIn<Call>;
}

const anybody = "0190d1c0-0000-7000-8000-000000000001";
const otherLibrary = "VN-ZZZZZZZ";

function someone(who: Exclude<Who, "nobody">, libraryId: string): Someone {
  const staff = (role: string, at = libraryId) => `librarian.${role}@${at}`;
  const all: Record<typeof who, Someone> = {
    account: {},
    person: { personId: anybody },
    desk: { personId: anybody, roles: [staff("desk")] },
    cataloguer: { personId: anybody, roles: [staff("cataloguer")] },
    manager: { personId: anybody, roles: [staff("manager")] },
    ministry: { personId: anybody, roles: ["agency.ministry"] },
    ops: { personId: anybody, roles: ["ops"] },
    program: { client: "sample-desk", roles: [staff("desk")] },
    stranger: { personId: anybody, roles: ["desk", "cataloguer", "manager"].map((role) => staff(role, otherLibrary)) },
  };
  return all[who];
}

async function* noParts(): AsyncGenerator<never> {}

const letIn = () => "let in";

function faultKind(error: unknown): string {
  if (!(error instanceof CallFault)) throw error;
  return error.kind === "bad-input" || error.kind === "not-found" ? "let in" : error.kind;
}
