import { action } from "../frame/action.ts";
import { StaffPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { withQuery } from "../parts/links.ts";
import { Empty } from "../parts/notice.tsx";
import { checkInScan, ReturnList } from "./return-list.tsx";
import { ScanField } from "./scan-field.tsx";

/** `/quay/lay-sach`: what readers asked for, in the order of the shelves; the scan at the desk captures it. */
export const pickListPage = page(
  "/quay/lay-sach",
  { for: "desk", place: { group: "desk", label: (t) => t.desk.pickList, icon: "list" } },
  async (ask) => {
    const { t, query } = ask;
    const [{ rows }, turn] = await Promise.all([
      ask.circulation.pickList({ libraryId: ask.staff.libraryId, after: query.get("sau") ?? "" }),
      ask.turns.open("pick"),
    ]);
    const last = rows.at(-1);
    return (
      <StaffPage ask={{ ...ask, refused: undefined }} title={t.desk.pickList}>
        <h1 class="sr">{t.desk.pickList}</h1>
        <ScanField ask={ask} target="quay" action="/quay/lay-sach/quet" label={t.desk.scanItem} />
        <div id="quay" class="stack-l">
          {turn && turn.answers.length > 0 && (
            <ReturnList ask={ask} turn={turn} target="quay" action="/quay/lay-sach/quet" hint={t.desk.pickHint} />
          )}
          {rows.length === 0 ? (
            <Empty icon="list" title={t.desk.nothingToPick}>
              <p class="soft">{t.desk.nothingToPickText}</p>
            </Empty>
          ) : (
            <section class="card stack" aria-labelledby="canlay">
              <h2 id="canlay">{t.desk.toPick(rows.length)}</h2>
              <p class="small soft">{t.desk.pickHint}</p>
              <ul class="list">
                {rows.map((row) => (
                  <li class="pick">
                    <div>
                      <p class="b num">{[row.location, row.item?.callNumber].filter(Boolean).join(", ")}</p>
                      <p class="work">{row.item?.title}</p>
                      <p class="small soft">{row.item?.author}</p>
                      <p class="small">
                        {t.desk.columns.place}: {t.desk.sendTo(row.pickupBranchName, row.pickupLibraryName)}
                      </p>
                    </div>
                    <span class="num soft small">{row.item?.barcode}</span>
                  </li>
                ))}
              </ul>
              {last && rows.length >= pageRows && (
                <a href={`${t.to("/quay/lay-sach")}${withQuery(query, { sau: last.holdId })}`}>{t.nav.next}</a>
              )}
            </section>
          )}
        </div>
      </StaffPage>
    );
  },
);

export const scanPicked = action("/quay/lay-sach/quet", { on: pickListPage }, (ask) =>
  checkInScan(ask, "pick", (scan) => ask.circulation.checkIn(scan)),
);

// Rows that the call gives at once; fewer mean that this is the last page.
const pageRows = 100;
