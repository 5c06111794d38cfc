import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Actor, actingAt, nobody, readRole } from "@lienthong/auth/actor.ts";
import { may, type Permission } from "@lienthong/auth/permission.ts";
import { Failure } from "../run/failure.ts";

export type Permissions = Record<string, Permission | readonly Permission[]>;
/** A service's calls as its proto names them, and who may make them as its permissions.ts says. */
export type Ruled = { name: string; calls: readonly string[]; permissions: Permissions };

const library = "VN-000001P";
const program = (...roles: string[]): Actor =>
  actingAt({ ...nobody, kind: "client", id: "x", roles: roles.map(readRole) }, undefined);
const person: Actor = { ...nobody, kind: "person", id: "x", personId: "x" };

/** The columns of the matrix. Somebody of the staff is a reader as well, with their own loans: that is the column before. */
export const columns: readonly [title: string, who: Actor][] = [
  ["nobody", nobody],
  ["account", { ...person, personId: null }],
  ["reader", person],
  ["desk", program(`librarian.desk@${library}`)],
  ["cataloguer", program(`librarian.cataloguer@${library}`)],
  ["manager", program(`librarian.manager@${library}`)],
  ["ministry", program("agency.ministry")],
  ["ops", program("ops")],
];

/** The cells of a service, a row a call. @throws Failure when a call has no row, or a row no call */
export function cellsOf({ name, calls, permissions }: Ruled): Map<string, string[]> {
  const without = calls.filter((call) => !Object.hasOwn(permissions, call));
  const left = Object.keys(permissions).filter((call) => !calls.includes(call));
  if (without.length > 0)
    throw new Failure(`${name}: who may call ${without.join(", ")}? Say it in services/${name}/permissions.ts.`);
  if (left.length > 0) throw new Failure(`${name}: permissions.ts names ${left.join(", ")}, which is no call.`);
  return new Map(
    calls.map((call) => [call, columns.map(([, who]) => cell(who, [permissions[call] as Permission].flat()))]),
  );
}

function cell(who: Actor, permission: readonly Permission[]): string {
  const opened = permission.find((one) => may(who, one));
  if (!opened) return "–";
  if (opened.to === "person") return "own";
  return opened.to === "role" && opened.at === "library" ? "own library" : "yes";
}

export type PortalRoute = { kind: "page" | "action" | "live"; path: string; for: string };
export type GatewayRoute = { method: string; path: string; public?: boolean };

/** The page docs/permissions.md. */
export function permissionsPage(
  ruled: readonly Ruled[],
  gateway: readonly GatewayRoute[],
  portal: readonly PortalRoute[],
): string {
  return [
    "# Who may do what",
    "",
    "Made from every `permissions.ts`, the gateway's routes and the portal's pages (`npm run generate`); `npm run check` fails when it",
    "differs, and when a call has no row. A program with a role may what its column says; somebody of the staff is a reader as well.",
    "*own*: what is theirs, by row-level security; *own library*: the one that a role in the token names, for anybody else it looks",
    "as if it were not there; *account*: signed in, and not yet known as a person.",
    "",
    ...ruled.flatMap((one) => [`## ${one.name}`, "", ...table(cellsOf(one)), ""]),
    "## gateway",
    "",
    "It decides nothing but whether a token must be there; the services behind decide about its bearer.",
    "",
    "| door | without a token |",
    "|---|---|",
    ...gateway.map((route) => `| \`${route.method} ${route.path}\` | ${route.public ? "yes" : "–"} |`),
    "",
    "## portal",
    "",
    "Others than those named are asked to sign in, or told whom to ask; English lives under `/en`.",
    "",
    "| address | what | for |",
    "|---|---|---|",
    ...portal.map((route) => `| \`${route.path}\` | ${route.kind} | ${route.for} |`),
    "",
  ].join("\n");
}

const table = (cells: Map<string, string[]>): string[] => [
  `| call | ${columns.map(([title]) => title).join(" | ")} |`,
  `|---|${columns.map(() => "---|").join("")}`,
  ...[...cells].map(([call, row]) => `| \`${call}\` | ${row.join(" | ")} |`),
];

/** The portal's addresses and for whom they are. Pages are TSX, which another Node must read. */
export function portalRoutes(repository: string): PortalRoute[] {
  const program = `
    const { pages } = await import("./pages.ts");
    const shown = pages.map(({ kind, path, on, ...page }) => ({ kind, path, for: on?.for ?? page.for }));
    process.stdout.write(JSON.stringify(shown));`;
  const read = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program], {
    cwd: join(repository, "services", "portal"),
    encoding: "utf8",
  });
  if (read.status !== 0) throw new Failure(`The portal's pages could not be read: ${read.stderr}`);
  return JSON.parse(read.stdout) as PortalRoute[];
}
