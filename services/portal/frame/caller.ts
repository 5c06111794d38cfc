import type { Actor } from "@lienthong/auth/actor.ts";
import { NoKeys } from "@lienthong/auth/signing-keys.ts";
import { TokenRefused, type VerifyToken } from "@lienthong/auth/verify.ts";
import type { Database } from "@lienthong/database/database.ts";
import type { CallContext } from "@lienthong/rpc/client.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { deadlineMs } from "@lienthong/rpc/deadline.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { FastifyRequest } from "fastify";
import { deskTurns, type DeskTurns } from "../session/desk-turns.ts";
import { ProviderDown } from "../session/provider.ts";
import type { Seal } from "../session/seal.ts";
import type { Session, Sessions } from "../session/sessions.ts";
import { type Audience, rolesFor, type SignedIn, type Staff, type StaffAudience } from "./ask.ts";
import { cookieOf, sessionCookie } from "./cookies.ts";

/** With what a caller is recognised and other services are asked in their name. */
export type Reception = {
  database: Database;
  seal: Seal;
  sessions: Sessions;
  verify: VerifyToken;
  clientsFor: (context: CallContext) => Clients;
};

/** Who sent a request, and what may be done in their name. */
export type Caller = {
  session: Session | undefined;
  who: SignedIn | undefined;
  staff: Staff | undefined;
  clientsFor: (context: CallContext) => Clients;
  turns: DeskTurns;
};

/**
 * Recognises the caller by the cookie. What is asked in their name ends when they stop waiting.
 * @param withinMs how long they wait, where it is not the audience that says so
 * @throws ProviderDown when the token has run out and no new one can be had; a page for everybody goes on without
 */
export async function callerOf(
  request: FastifyRequest,
  audience: Audience,
  parts: Reception,
  withinMs: number = deadlineMs[audience in rolesFor ? "desk" : "reader"],
): Promise<Caller> {
  const until = Date.now() + withinMs;
  const session = await parts.sessions.of(cookieOf(request, sessionCookie)).catch((cause: unknown) => {
    if (cause instanceof ProviderDown && audience === "anyone") return undefined;
    throw cause;
  });
  if (!session) return nobodyCaller(parts, until);
  const actor = await parts.verify(session.tokens.access).catch((cause: unknown) => {
    // The sign-in server changed its keys, say: whoever it was signs in again.
    if (cause instanceof TokenRefused) return undefined;
    if (!(cause instanceof NoKeys)) throw cause;
    if (audience === "anyone") return undefined;
    throw new ProviderDown("The sign-in server gives no keys", { cause });
  });
  if (!actor) return nobodyCaller(parts, until);
  const token = session.tokens.access;
  const libraryIds = [...new Set(actor.roles.filter(isStaffRole).flatMap((role) => role.libraryId ?? []))].sort();
  const chosen = libraryIds.find((id) => id === session.libraryId) ?? libraryIds[0];
  const plain = parts.clientsFor({ token, until });
  const staff = chosen === undefined ? undefined : await staffAt(plain, chosen, libraryIds, (id) => rolesAt(actor, id));
  return {
    session,
    who: { personId: session.personId, name: session.name },
    staff,
    clientsFor: (context) => parts.clientsFor({ token, until, libraryId: chosen, ...context }),
    turns: deskTurns(parts.database, parts.seal, session.idHash, chosen ?? ""),
  };
}

const nobodyCaller = (parts: Reception, until: number): Caller => ({
  session: undefined,
  who: undefined,
  staff: undefined,
  clientsFor: (context) => parts.clientsFor({ until, ...context }),
  turns: deskTurns(parts.database, parts.seal, Buffer.alloc(32), ""),
});

const isStaffRole = ({ name }: { name: string }) => Object.values(rolesFor).includes(name);

function rolesAt(actor: Actor, libraryId: string): StaffAudience[] {
  const there = actor.roles.filter((role) => role.libraryId === libraryId);
  return (Object.keys(rolesFor) as StaffAudience[]).filter((audience) =>
    there.some((role) => role.name === rolesFor[audience]),
  );
}

async function staffAt(
  clients: Clients,
  chosen: string,
  all: string[],
  rolesOf: (id: string) => StaffAudience[],
): Promise<Staff> {
  const libraries = await Promise.all(all.map(async (id) => ({ id, name: await libraryName(clients, id) })));
  const name = libraries.find(({ id }) => id === chosen)?.name ?? chosen;
  return { libraryId: chosen, libraryName: name, audiences: rolesOf(chosen), libraries };
}

const names = new Map<string, { name: string; until: number }>();
const nameKeptMs = 10 * 60_000;

/** A library's name, kept for ten minutes: every page of staff shows it. Its code where identity does not answer. */
async function libraryName(clients: Clients, id: string): Promise<string> {
  const known = names.get(id);
  if (known && known.until > Date.now()) return known.name;
  const library = await clients.identity
    .getLibrary({ code: id, on: "" })
    .then(answered)
    .catch(() => undefined);
  if (!library || isRefusal(library)) return known?.name ?? id;
  names.set(id, { name: library.name, until: Date.now() + nameKeptMs });
  return library.name;
}
