import { LibraryKind, LibraryLevel } from "@lienthong/proto/identity/v1/library.ts";
import { toIso2709 } from "@lienthong/marc/write.ts";
import { until } from "@lienthong/testing/until.ts";
import pg from "pg";
import { givenBytes, importFile } from "../../deploy/sample-world/import-file.ts";
import { letProgramsWork, register, registerReader } from "../../deploy/sample-world/register.ts";
import type { BenchPlatform } from "./platform.ts";
import { openGateway, type Gateway } from "./gateway.ts";

/** A library at whose desk is measured: made through the doors, as any library is. */
export type Desk = {
  libraryId: string;
  cards: string[];
  barcodes: string[];
  gateway: Gateway;
  /** Lends the nth item to the nth card through the public HTTP door. @throws Error unless it was lent */
  checkOut(n: number): Promise<void>;
  /** Takes every item in again, through the desk's own door. */
  bringHome(): Promise<void>;
  /** Waits until circulation has heard of every item of the catalogue: until then an import goes on in its tables. */
  untilHeard(): Promise<void>;
  /** A look into circulation's database past every wall, for counting. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
};

const records = 2_000;
const copiesPerRecord = 3;
const readers = 240;

const made = new WeakMap<BenchPlatform, Promise<Desk>>();

/** The desk's library on this platform; made when it is first asked for, and shared by all lines of a run. */
export function aDesk(platform: BenchPlatform): Promise<Desk> {
  const known = made.get(platform);
  if (known) return known;
  const making = makeDesk(platform).catch((error: unknown) => {
    // What one line could not make the next one tries again.
    made.delete(platform);
    throw error;
  });
  made.set(platform, making);
  return making;
}

async function makeDesk(platform: BenchPlatform): Promise<Desk> {
  const { doors } = platform;
  const libraryId = await register(doors, library);
  await letProgramsWork(doors, libraryId);
  // Readers of a measurement borrow more than people do; what limits them is looked up all the same.
  const { circulation } = await doors.as("sample-cataloguer", libraryId);
  await circulation.setPolicy({ policy: { ...rules, libraryId } }, { requestId: `bench/policy/${libraryId}` });
  const cards = Array.from({ length: readers }, (_, n) => String(7_000_000_000 + n));
  for (const card of cards) {
    await registerReader(doors, libraryId, { name: "Nguyễn Văn Đo", card, birth: "1990-01-01", pin: "" });
  }
  // Both are closed with the process: every line of a run may look.
  const [circulationRows, catalogueRows] = await Promise.all([
    connect(platform, "circulation"),
    connect(platform, "catalogue"),
  ]);
  const query: Desk["query"] = async (text, values = []) => (await circulationRows.query(text, values)).rows;
  const items = async (client: pg.Client) => Number((await client.query("select count(*) as n from item")).rows[0].n);
  const known = () =>
    query<{ n: number }>("select count(*)::int as n from item_state where library_id = $1", [libraryId]);
  if ((await known())[0]?.n !== records * copiesPerRecord) {
    const file = recordsFile(libraryId, "DO", records, copiesPerRecord);
    await importFile(doors, libraryId, "do-toc-do.mrc", givenBytes(file));
    await until(known, ([row]) => row?.n === records * copiesPerRecord, 180_000);
  }
  const gateway = openGateway(platform);
  const barcodes = Array.from({ length: records * copiesPerRecord }, (_, n) => barcode(n));
  return {
    libraryId,
    cards,
    barcodes,
    gateway,
    query,
    async untilHeard() {
      const told = await items(catalogueRows);
      await until(
        () => items(circulationRows),
        (heard) => heard >= told,
        300_000,
      );
    },
    async checkOut(n) {
      const ask = { cardNumber: cards[n % readers], barcode: barcodes[n % barcodes.length] };
      await gateway.command("/api/v1/check-outs", ask, libraryId, 201);
    },
    async bringHome() {
      const out = await query<{ barcode: string }>(
        "select barcode from item join loan on loan.item_id = item.id where loan.library_id = $1 and returned_at is null",
        [libraryId],
      );
      const next = out.values();
      const desk = async () => {
        for (const row of next) await gateway.command("/api/v1/check-ins", row, libraryId, 200);
      };
      await Promise.all(Array.from({ length: 8 }, desk));
      // What the returns have announced is to be told before the next measurement, not during it.
      await until(
        () => query<{ n: number }>("select count(*)::int as n from outbox"),
        ([row]) => row?.n === 0,
        60_000,
      );
    },
  };
}

async function connect({ postgres }: BenchPlatform, database: string): Promise<pg.Client> {
  const address = new URL(postgres.url);
  address.password = encodeURIComponent(postgres.password);
  address.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: address.href });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

const library = {
  code: "",
  name: "Thư viện Đo lường",
  kind: LibraryKind.PUBLIC,
  level: LibraryLevel.PROVINCE,
  province: "01",
  altIds: [{ scheme: "bench", value: "desk" }],
  branches: [{ name: "Cơ sở chính", commune: "Cửa Nam", address: "1 phố Đo" }],
};

const rules = {
  ...{ category: "*", itemType: "*", loanLimit: 1000, loanDays: 14, renewals: 2, holdLimit: 1000 },
  ...{ forLoan: true, shelfDays: 5 },
};

const barcode = (n: number) => `DO${String(n).padStart(7, "0")}`;

/** A MARC file of so many different records with items, all of one library; another prefix makes other records. */
export function recordsFile(code: string, prefix: string, many: number, copies: number): Buffer {
  return Buffer.concat(Array.from({ length: many }, (_, n) => Buffer.from(toIso2709(record(code, prefix, n, copies)))));
}

function record(code: string, prefix: string, n: number, copies: number) {
  const field = (tag: string, ind: string, ...subfields: [string, string][]) => ({
    tag,
    ind1: ind.charAt(0),
    ind2: ind.charAt(1),
    subfields: subfields.map(([name, value]) => ({ code: name, value })),
  });
  return {
    leader: "00000nam a2200000 a 4500",
    control: [
      { tag: "001", value: `${prefix}${n}` },
      { tag: "003", value: code },
      { tag: "008", value: "241123s2011    vm                  vie  " },
    ],
    fields: [
      field("040", "  ", ["a", code], ["b", "vie"], ["e", "aacr2"]),
      field("100", "0 ", ["a", `Tác giả thứ ${n % 700}`]),
      field("245", "10", ["a", `Sách đo lường ${prefix} số ${n} /`], ["c", `Tác giả thứ ${n % 700}`]),
      field("260", "  ", ["a", "H. :"], ["b", "Văn học,"], ["c", "2011"]),
      ...Array.from({ length: copies }, (_, copy) =>
        field(
          "852",
          "  ",
          ["a", code],
          ["b", "Kho mượn"],
          ["p", `${prefix}${String(n * copies + copy).padStart(7, "0")}`],
        ),
      ),
    ],
  };
}
