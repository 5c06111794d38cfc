import lock from "../parts.lock.json" with { type: "json" };

export type Kind = "npm" | "pypi" | "maven" | "maven-list";
export type Locked = { name: string; version: string; kind: Kind; coordinate: string; sha256: string };
export type LockedName = keyof typeof lock;

/** What deploy/parts.lock.json says of a part: where it comes from and the checksum it must have. */
export function locked(name: LockedName): Locked {
  const entry = lock[name];
  return { name, ...entry, kind: entry.kind as Kind };
}

export const lockedNames = Object.keys(lock) as LockedName[];
