import { one, optional, run, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { GrantRoleRequest, GrantRoleResponse, Role } from "@lienthong/proto/identity/v1/service.ts";
import { command } from "@lienthong/rpc/answer.ts";
import { badInput } from "@lienthong/rpc/fault.ts";
import { outcome, type Refusal, refusals, refused } from "@lienthong/rpc/refusal.ts";
import { z } from "zod";
import { enqueueMirror } from "../accounts/mirror.ts";
import { signInServer } from "../accounts/sign-in-server.ts";
import { aCode, aDay, anId, checked } from "../asked.ts";
import { civilToday } from "../libraries/library.ts";
import { actForMinistry } from "../ministry.ts";
import { announceRole, holderOf, rolesWhere, shownRole } from "./role.ts";
import { rolesAtLibrary, rolesOfPlatform } from "./roles.ts";

export const refuse = refusals("identity.grant-role", {
  "library-unknown": "No library has this code.",
  "person-unknown": "No person that this library serves has this id.",
  "client-unknown": "The sign-in server knows no program of this name.",
  "role-of-platform": "Only the ministry grants roles of the whole platform.",
  "role-held": "The role is held during a part of that time.",
});

export const GrantRole = command<GrantRoleRequest, GrantRoleResponse>(async (ask, caller) => {
  const wanted = checked(shape, ask);
  if (wanted.client !== "" && !(await signInServer().serviceAccountOf(wanted.client))) {
    return refused(refuse("client-unknown", { client: wanted.client }));
  }
  return caller.as(async (tx) => outcome(await grantRole(tx, wanted), "role", (role) => role));
});

const shape = z
  .object({
    personId: z.union([z.literal(""), anId]),
    client: z.string().regex(/^[a-z0-9-]{0,60}$/, "the name of a client: lower-case letters, digits, hyphens"),
    role: z.enum(
      [...rolesAtLibrary, ...rolesOfPlatform],
      `one of ${[...rolesAtLibrary, ...rolesOfPlatform].join(", ")}`,
    ),
    libraryId: z.union([z.literal(""), aCode]),
    from: z.union([z.literal(""), aDay]).optional(),
    until: z.union([z.literal(""), aDay]).optional(),
  })
  .superRefine((ask, problems) => {
    const wrong = (path: string, message: string) => problems.addIssue({ code: "custom", path: [path], message });
    if ((ask.personId === "") === (ask.client === "")) wrong("personId", "either a person or a client");
    const ofPlatform = (rolesOfPlatform as readonly string[]).includes(ask.role);
    if (ofPlatform && ask.libraryId !== "") wrong("libraryId", `${ask.role} is a role of the whole platform`);
    if (!ofPlatform && ask.libraryId === "") wrong("libraryId", `${ask.role} is a role at a library: which one?`);
    if (ask.from && ask.until && ask.until <= ask.from) wrong("until", "must be later than the first day");
  });
export type NewRole = z.output<typeof shape>;

/** Gives a person or a program a role, from a day or at once, until a day or until it is withdrawn. */
export async function grantRole(tx: Transaction, wanted: NewRole): Promise<Role | Refusal> {
  if (wanted.until && wanted.until <= (await civilToday(tx))) {
    throw badInput({ field: "until", problem: "a day to come" });
  }
  const forMinistry = await actForMinistry(tx);
  const refusal = await mayBeGranted(tx, wanted, forMinistry);
  if (refusal) return refusal;
  const holder = holderOf(wanted);
  // Roles of one holder are granted one after another, so that what is held is known when it is looked at.
  await run(tx, sql`select pg_advisory_xact_lock(hashtextextended(${JSON.stringify(holder)}, 0))`);
  const [held] = await rolesWhere(
    tx,
    sql`
    coalesce(person_id::text, client) = ${wanted.personId || wanted.client} and role = ${wanted.role}
    and coalesce(library_id, '') = ${wanted.libraryId} and withdrawn_at is null
    and valid && tstzrange(${beginOf(wanted)}, ${endOf(wanted)}) limit 1`,
  );
  // Granted twice: the same role.
  if (held && held.until === (wanted.until ?? "") && !wanted.from) return shownRole(held);
  if (held) return refuse("role-held", { role: wanted.role, from: held.from, until: held.until });

  const { id } = await one<{ id: string }>(
    tx,
    sql`
    insert into held_role (library_id, person_id, client, role, valid, granted_by, told_active)
    values (${wanted.libraryId || null}, ${wanted.personId || null}, ${wanted.client || null}, ${wanted.role},
            tstzrange(${beginOf(wanted)}, ${endOf(wanted)}), ${tx.actor.id}, ${beginOf(wanted)} <= now())
    returning id`,
  );
  const [row] = await rolesWhere(tx, sql`id = ${id}`);
  if (!row) throw new Error(`Role ${id} was granted a moment ago`);
  announceRole(tx, row);
  await enqueueMirror(tx, holder);
  return shownRole(row);
}

const beginOf = ({ from }: NewRole) =>
  from ? sql`greatest(${from}::timestamp at time zone 'Asia/Ho_Chi_Minh', now())` : sql`now()`;
const endOf = ({ until }: NewRole) =>
  until ? sql`${until}::timestamp at time zone 'Asia/Ho_Chi_Minh'` : sql`null::timestamptz`;

async function mayBeGranted(tx: Transaction, wanted: NewRole, forMinistry: boolean): Promise<Refusal | undefined> {
  if (wanted.libraryId === "") {
    if (!forMinistry) return refuse("role-of-platform", { role: wanted.role });
  } else if (!(await optional(tx, sql`select from library where id = ${wanted.libraryId}`))) {
    return refuse("library-unknown", { code: wanted.libraryId });
  }
  if (wanted.personId === "") return undefined;
  const { known, seen } = await one<{ known: boolean; seen: boolean }>(
    tx,
    sql`
    select known, exists (select from person where id = ${wanted.personId}) as seen from standing_of(${wanted.personId})`,
  );
  return known && (seen || forMinistry) ? undefined : refuse("person-unknown");
}
