import { join } from "node:path";
import { type Actor, nobody } from "@lienthong/auth/actor.ts";
import { connectionString } from "@lienthong/database/address.ts";
import { type Database, openDatabase } from "@lienthong/database/database.ts";
import { firstAnswer, keepAnswer } from "@lienthong/database/first-answer.ts";
import { parts } from "@lienthong/testing/parts.ts";
import { testDatabase } from "@lienthong/testing/test-database.ts";
import pg from "pg";
import { checkOut } from "../../services/circulation/loans/check-out.ts";

/** How many rows stand in circulation's tables. A tenth of the items is out, and each was lent once before. */
export type Rows = { items: number; patrons: number; libraries: number; openHolds: number };

/** Circulation's database alone, filled by SQL with rows as its consumers and commands would have left them. */
export type RowsDesk = {
  database: Database;
  actor: Actor;
  /** What the nth check-out is of: items of the desk's library that are on the shelf. */
  which(n: number): { itemId: string; barcode: string; personId: string; cardId: string };
  /** How many different items `which` knows. */
  shelf: number;
  /** The command's transaction as the service runs it, with its first answer. */
  checkOut(n: number): Promise<void>;
  /** Undoes all check-outs of this desk. */
  putBack(): Promise<void>;
  /** A statement past every wall. */
  admin(text: string): Promise<pg.QueryResult>;
  url: string;
  close(): Promise<void>;
};

export const deskLibrary = "VN-0000001";
const folder = join(import.meta.dirname, "../../services/circulation");

/** Makes such a database on the measured platform's server. */
export async function aDeskOfRows(rows: Rows): Promise<RowsDesk> {
  const made = await testDatabase("circulation", folder);
  const superuser = new URL(made.app.url);
  superuser.username = "postgres";
  const client = new pg.Client({
    connectionString: connectionString({ url: superuser.href, password: parts.postgres().password }),
  });
  client.on("error", () => undefined);
  await client.connect();
  await fill(client, rows);
  const shelf = await client.query<{ itemId: string; barcode: string }>(
    `select item.id as "itemId", barcode from item join item_state on item_state.item_id = item.id
     where item.library_id = $1 and state = 'AVAILABLE' order by item.id limit 20000`,
    [deskLibrary],
  );
  const patrons = await client.query<{ cardId: string; personId: string }>(
    `select id as "cardId", person_id as "personId" from patron where library_id = $1 order by id limit 2000`,
    [deskLibrary],
  );
  await client.query("create table lent_before as select id from loan");
  const database = openDatabase(made.app, () => undefined);
  const actor: Actor = { ...nobody, kind: "client", id: "bench-desk", libraryId: deskLibrary };
  const which: RowsDesk["which"] = (n) => {
    const [item, patron] = [shelf.rows[n % shelf.rows.length], patrons.rows[n % patrons.rows.length]];
    if (!item || !patron) throw new Error("The desk's library has no items or no patrons");
    return { ...item, ...patron };
  };
  return {
    database,
    actor,
    which,
    shelf: shelf.rows.length,
    async checkOut(n) {
      const { barcode, personId, cardId } = which(n);
      const holder = { cardId, personId, libraryId: deskLibrary, category: "ADULT", loa: 2 };
      const request = { requestId: crypto.randomUUID(), call: "checkOut", libraryId: deskLibrary, body: () => body };
      await firstAnswer(database, actor, request);
      await database.transact(actor, async (tx) => {
        const lent = await checkOut(tx, { scan: { barcode }, holder, branchId: undefined });
        if (!("dueAt" in lent)) throw new Error(`Not lent: ${JSON.stringify(lent)}`);
        await keepAnswer(tx, request, body);
      });
    },
    async putBack() {
      await client.query(`
        delete from loan where id not in (select id from lent_before);
        update item_state set state = 'AVAILABLE', version = 2199023255552, at_library_id = null, at_branch_id = null,
          due_at = null where version <> 2199023255552;
        truncate outbox, first_answer;
        analyze loan, item_state`);
    },
    admin: (text) => client.query(text),
    url: connectionString(made.app),
    async close() {
      await database.close();
      await client.end();
      await made.drop();
    },
  };
}

// About as long as a reply that names a loan.
const body = Buffer.alloc(220, "a");

/** Ids rise with time as those of real rows do; every row's id follows from its kind and number. */
const ids = `
  create function bench_id(kind int, n bigint) returns uuid language sql immutable as
  $$ select (lpad(to_hex(1700000000000 + kind * 10000000000 + n), 12, '0') || '7000' || '8' || substr(md5(kind || ':' || n), 1, 15))::uuid $$;
  create function bench_library(n bigint) returns text language sql immutable as $$ select 'VN-' || lpad((n + 1)::text, 7, '0') $$;`;

async function fill(client: pg.Client, { items, patrons, libraries, openHolds }: Rows): Promise<void> {
  const version = 2n ** 41n;
  const each = (n: number) => `generate_series(0, ${n - 1}) n`;
  await client.query(`
    ${ids}
    insert into library select bench_library(n), ${version}, 'Thư viện ' || n, '01', true from ${each(libraries)};
    insert into branch select bench_id(1, n), ${version}, bench_library(n), 'Cơ sở chính', '01', 'Cửa Nam', true, true from ${each(libraries)};
    insert into policy (library_id, category, item_type, loan_limit, loan_days, renewals, hold_limit, for_loan, shelf_days)
      select bench_library(n), category, '*', 1000, days, 2, 1000, true, 5
      from ${each(libraries)}, (values ('*', 14), ('CHILD', 14), ('SENIOR', 28)) as rule(category, days);
    insert into patron select bench_id(2, n), ${version}, bench_library(n % ${libraries}), bench_id(3, n), 'ADULT', 'ACTIVE', 2 from ${each(patrons)};
    insert into title select 'u' || bench_id(4, n), ${version}, 'Sách số ' || n, 'Tác giả ' || n % 5000, false from ${each(Math.ceil(items / 3))};
    insert into record select bench_id(5, n), ${version}, 'u' || bench_id(4, n) from ${each(Math.ceil(items / 3))};
    insert into item select bench_id(6, n), ${version}, bench_library(n % ${libraries}), bench_id(5, n / 3),
      'B' || lpad(n::text, 9, '0'), '895.9', 'Kho mượn', 'book', true, false, 'Sách số ' || n / 3, 'Tác giả ' || n / 3 % 5000 from ${each(items)};
    insert into item_state (item_id, version, library_id, state, at_library_id, at_branch_id, due_at)
      select bench_id(6, n), ${version}, bench_library(n % ${libraries}), 'AVAILABLE', null, null, null from ${each(items)} where n / ${libraries} % 10 > 0;
    insert into item_state (item_id, version, library_id, state, at_library_id, at_branch_id, due_at)
      select bench_id(6, n), ${version} + 1, bench_library(n % ${libraries}), 'ON_LOAN', bench_library(n % ${libraries}), bench_id(1, n % ${libraries}),
        now() + interval '7 days' from ${each(items)} where n / ${libraries} % 10 = 0;
    insert into loan (id, library_id, owner_library_id, branch_id, item_id, person_id, card_id, category, policy_id, loan_days,
                      renewals_max, lent_at, due_at, returned_at)
      select bench_id(7, n), policy.library_id, policy.library_id, bench_id(1, n % ${libraries}), bench_id(6, n % ${items}),
        bench_id(3, n % ${patrons}), bench_id(2, n % ${patrons}), 'ADULT', policy.id, 14, 2, now() - interval '40 days',
        case when n < ${items} then now() - interval '20 days' else now() + interval '7 days' end,
        case when n < ${items} then now() - interval '25 days' end
      from generate_series(0, ${items * 2 - 1}) n
      join policy on policy.library_id = bench_library(n % ${libraries}) and policy.category = '*'
      where n < ${items} or (n - ${items}) / ${libraries} % 10 = 0;
    insert into hold (id, library_id, pickup_branch_id, person_id, record_id, shown_title, shelf_days, placed_at)
      select bench_id(8, n), bench_library(n % ${libraries}), bench_id(1, n % ${libraries}), bench_id(3, n % ${patrons}),
        bench_id(5, (n * 7919) % ${Math.ceil(items / 3)}), 'Sách', 5, now() - n * interval '1 second'
      from ${each(Math.max(openHolds, 1))} where n < ${openHolds}
      on conflict do nothing;`);
  await client.query("vacuum analyze");
}
