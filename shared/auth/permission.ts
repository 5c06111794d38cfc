import type { Actor } from "./actor.ts";

/** Who may make a call: one cell of a service's table, as data, so that a test can try every cell. */
export type Permission =
  | { to: "anyone" }
  | { to: "signed-in" }
  | { to: "person" }
  | { to: "role"; role: string; at: "library" | "platform" };

/** Every call of a service has a row; a missing one does not compile. */
export type Permissions<Server> = { [Call in Known<Server>]: Permission | readonly Permission[] };
type Known<T> = keyof { [K in keyof T as string extends K ? never : K]: T[K] };

/** Also without a token. */
export const anyone: Permission = { to: "anyone" };
/** Whoever has signed in, also before the platform knows them as a person; no program. */
export const signedIn: Permission = { to: "signed-in" };
/** A signed-in person, for what is their own; row-level security says what that is. */
export const own: Permission = { to: "person" };
/** A role at the library that the caller acts for. */
export const atLibrary = (role: string): Permission => ({ to: "role", role, at: "library" });
/** A role of the whole platform. */
export const ofPlatform = (role: string): Permission => ({ to: "role", role, at: "platform" });

export const desk = atLibrary("librarian.desk");
export const cataloguer = atLibrary("librarian.cataloguer");
export const manager = atLibrary("librarian.manager");
export const ministry = ofPlatform("agency.ministry");

/** Whether the actor has one of the permissions. */
export function may(actor: Actor, permission: Permission | readonly Permission[]): boolean {
  const cells: readonly Permission[] = "to" in permission ? [permission] : permission;
  return cells.some((cell) => holds(actor, cell));
}

function holds(actor: Actor, cell: Permission): boolean {
  switch (cell.to) {
    case "anyone":
      return true;
    case "signed-in":
      return actor.kind === "person" || actor.kind === "staff";
    case "person":
      return actor.personId !== null;
    case "role":
      return actor.roles.some(
        (role) =>
          role.name === cell.role &&
          (cell.at === "platform"
            ? role.libraryId === null
            : role.libraryId !== null && role.libraryId === actor.libraryId),
      );
  }
}
