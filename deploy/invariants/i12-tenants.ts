import type { Evidence } from "./evidence.ts";
import { frameTableArray } from "./frame-tables.ts";
import type { Invariant } from "./invariant.ts";

/**
 * What the database's catalog can tell: that every table of a room is guarded, that nobody who works as a service can step
 * past it, and that no guard stands open. Whether the guards are right is tried by a test with a library's own eyes.
 */
export const tenantsApart: Invariant = {
  id: "I12",
  promises:
    "A library sees and changes only rows that name it: every table is guarded, and no service can pass its guard.",
  async *violations(evidence) {
    for (const service of evidence.services)
      for (const [what, text] of Object.entries(openings))
        for (const { name } of await evidence.rows<{ name: string }>(service, text)) yield `${service}:${what}:${name}`;
    yield* rolesThatPass(evidence);
  },
};

const ofRooms = `
  from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
    and relname <> all(${frameTableArray})`;

// Statements that list what stands open, by what it is.
const openings: Readonly<Record<string, string>> = {
  "unguarded table": `select relname as name ${ofRooms} and not (relrowsecurity and relforcerowsecurity)`,
  "view with its owner's eyes": `
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
      and not coalesce(reloptions::text like '%security_invoker=true%', false)
      and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e')`,
  // Everybody may read a public directory, and it says so in the policy's name; nothing may be written by everybody.
  "policy for everybody": `
    select tablename || '.' || policyname as name from pg_policies
    where schemaname = 'public' and 'public' = any(roles) and (coalesce(qual, 'true') = 'true' and coalesce(with_check, 'true') = 'true')
      and not (cmd = 'SELECT' and policyname = 'everybody_reads')`,
  // A policy that looks neither at the row nor at who acts binds nobody.
  "policy that binds nobody": `
    select tablename || '.' || policyname as name from pg_policies
    where schemaname = 'public' and cmd <> 'SELECT' and 'public' = any(roles)
      and concat(qual, with_check) !~ '(actor_|signed_in_|presented_)'`,
  "right to empty a table": `
    select relname || ' by ' || rolname as name from pg_class cross join pg_roles
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and rolname like '%\\_app'
      and has_table_privilege(rolname, pg_class.oid, 'truncate')`,
  "table of a service's own role": `
    select relname || ' of ' || rolname as name from pg_class join pg_roles on pg_roles.oid = relowner
    where relnamespace = 'public'::regnamespace and rolname like '%\\_app'`,
};

async function* rolesThatPass(evidence: Evidence): AsyncGenerator<string> {
  const [service = ""] = evidence.services;
  const rows = await evidence.rows<{ name: string }>(
    service,
    `select rolname as name from pg_roles where rolname like '%\\_app' and (rolsuper or rolbypassrls)
     union
     select member.rolname || ' in ' || granted.rolname from pg_auth_members
     join pg_roles member on member.oid = pg_auth_members.member
     join pg_roles granted on granted.oid = pg_auth_members.roleid
     where member.rolname like '%\\_app'`,
  );
  for (const { name } of rows) yield `role:${name}`;
}
