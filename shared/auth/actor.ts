/** A role: of the whole platform (`ops`), or at one library (`librarian.desk@VN-7K2M4QW`). */
export type Role = { name: string; libraryId: string | null };

/**
 * Who acts. Nobody is a caller without a token; a person acts for themself; staff is a person acting for one library;
 * a client is a program with credentials of its own; a service is one of ours, in consumers and jobs.
 */
export type Actor = {
  kind: "nobody" | "person" | "staff" | "client" | "service";
  /** The sign-in server's id of the account or client; the name of a service; empty for nobody. */
  id: string;
  personId: string | null;
  /** The library acted for: proven by a role in the token, never taken from a request alone. */
  libraryId: string | null;
  roles: readonly Role[];
  /** Level of assurance of the person, 0 to 2. */
  loa: number;
};

export const nobody: Actor = { kind: "nobody", id: "", personId: null, libraryId: null, roles: [], loa: 0 };

/** The actor of a service's own consumers and jobs; row-level security lets it see what its policies name. */
export const serviceActor = (name: string): Actor => ({ ...nobody, kind: "service", id: name });

/** Reads `librarian.desk@VN-7K2M4QW` or `ops`. */
export function readRole(text: string): Role {
  const at = text.indexOf("@");
  return at < 0 ? { name: text, libraryId: null } : { name: text.slice(0, at), libraryId: text.slice(at + 1) };
}

/**
 * The same caller acting for one library, or as they are when they have no role there.
 * Without a library named, one who has roles at exactly one library acts for that one.
 */
export function actingAt(actor: Actor, libraryId: string | undefined): Actor {
  const libraries = new Set(actor.roles.map((role) => role.libraryId).filter((id) => id !== null));
  const chosen = libraryId ?? (libraries.size === 1 ? [...libraries][0] : undefined);
  if (chosen === undefined || !libraries.has(chosen)) return actor;
  return { ...actor, kind: actor.kind === "client" ? "client" : "staff", libraryId: chosen };
}

/** What an event or a log may say of the actor: of a patron only the word. */
export function actorLabel(actor: Actor): string {
  if (actor.kind === "person") return "patron";
  return actor.kind === "nobody" ? "nobody" : `${actor.kind}:${actor.id}`;
}
