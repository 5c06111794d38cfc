import { all, sql, type Transaction } from "@lienthong/database/transaction.ts";
import type { Holding, TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import type { Description } from "./describe.ts";
import { authorLine, type Presented, titleLine } from "./present.ts";

/** A title with all that is known of it: what a result shows, and what its records say. */
export type KnownTitle = {
  id: string;
  indexVersion: bigint;
  gone: boolean;
  presented: Presented;
  hit: TitleHit;
  /** What each of its records says, in the order of their source keys. */
  described: Description[];
  holdings: Holding[];
};

/** A title's own row. */
export type TitleRow = { id: string; indexVersion: bigint; gone: boolean; presented: Presented };
export const titleColumns = sql`title.id, title.index_version as "indexVersion", title.gone, title.presented`;

type HoldingRow = Holding & { titleId: string; described: Description; onSite: number; unknown: number };

// One title is 220 KB at most, whatever somebody wrote into its records: how many of them fit into a message is counted
// where a list is made. Who holds a school book of which a thousand libraries have copies is told by the facet.
const holdingsShownMax = 100;
const charactersShownMax = 500;
const listedMax = 100;
// A list shows a title beside others, and of its subjects those that tell it from them.
const subjectsInListMax = 10;
const subjectCharactersInListMax = 150;

/** The titles with these ids, as they are now. */
export async function knownTitles(tx: Transaction, ids: readonly string[]): Promise<KnownTitle[]> {
  const titles = await all<TitleRow>(tx, sql`select ${titleColumns} from title where id = any(${ids}::text[])`);
  return withHoldings(tx, titles);
}

/** The same of titles whose rows were read already. */
export async function withHoldings(tx: Transaction, titles: readonly TitleRow[]): Promise<KnownTitle[]> {
  const ids = titles.map((title) => title.id);
  // A list is planned anew each time, which takes longer than to read what is held of one title.
  const these = ids.length === 1 ? sql`= ${ids[0]}` : sql`= any(${ids}::text[])`;
  const holdings = await all<HoldingRow>(
    tx,
    sql`
    select record.title_id as "titleId", record.id as "recordId", record.library_id as "libraryId",
           record.control_number as "controlNumber", record.described,
           coalesce(library.name, '') as "libraryName", coalesce(library.province, '') as province,
           count(item.id)::int as items,
           (count(item.id) filter (where item.for_loan and item_state.state = 'available'))::int as available,
           (count(item.id) filter (where not item.for_loan))::int as "onSite",
           (count(item.id) filter (where item.for_loan and coalesce(item_state.state, 'unknown') = 'unknown'))::int
             as unknown
    from record
    left join library on library.id = record.library_id
    left join item on item.record_id = record.id and not item.withdrawn
    left join item_state on item_state.item_id = item.id
    where record.title_id ${these} and not record.deleted
    group by record.id, library.id order by record.source_key`,
  );
  const byTitle = Map.groupBy(holdings, (row) => row.titleId);
  return titles.map((title) => {
    const rows = byTitle.get(title.id) ?? [];
    const held = rows.map(
      ({ titleId: _title, described: _described, onSite: _onSite, unknown: _unknown, ...holding }) => holding,
    );
    return { ...title, holdings: held, described: rows.map((row) => row.described), hit: hitOf(title, held, rows) };
  });
}

/** A title as it stands in a list of titles. */
export const inList = (hit: TitleHit): TitleHit => ({
  ...hit,
  subjects: hit.subjects.slice(0, subjectsInListMax).map((subject) => shown(subject, subjectCharactersInListMax)),
});

function hitOf({ id, presented }: TitleRow, holdings: Holding[], rows: readonly HoldingRow[]): TitleHit {
  const sum = (count: (row: HoldingRow) => number) => rows.reduce((total, row) => total + count(row), 0);
  return {
    id,
    title: shown(titleLine(presented)),
    author: shown(authorLine(presented)),
    publisher: shown(presented.publisher),
    place: shown(presented.place),
    year: shown(presented.year),
    edition: shown(presented.edition),
    volume: shown(presented.volume),
    language: shown(presented.language),
    kind: presented.kind,
    ddc: shown(presented.ddc[0]),
    isbns: presented.isbn13s.slice(0, listedMax),
    holdings: holdings.toSorted((a, b) => b.available - a.available || b.items - a.items).slice(0, holdingsShownMax),
    items: sum((holding) => holding.items),
    available: sum((holding) => holding.available),
    extent: shown(presented.extent),
    subjects: presented.subjects.slice(0, listedMax).map((subject) => shown(subject)),
    onSite: sum((row) => row.onSite),
    unknown: sum((row) => row.unknown),
  };
}

const shown = (text = "", charactersMax = charactersShownMax) =>
  text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text;
