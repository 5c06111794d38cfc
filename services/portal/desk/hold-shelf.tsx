import { StaffPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { State } from "../parts/availability.tsx";
import { Empty } from "../parts/notice.tsx";
import { Table } from "../parts/table.tsx";
import { daysBetween } from "../texts/formats.ts";

/** `/quay/gia-cho`: what waits for its readers, first to expire first. */
export const holdShelfPage = page(
  "/quay/gia-cho",
  { for: "desk", place: { group: "desk", label: (t) => t.desk.holdShelf, icon: "shelf", key: "F8" } },
  async (ask) => {
    const { t, now } = ask;
    const { holds } = await ask.circulation.holdShelf({ branchId: "" });
    const { columns } = t.desk;
    return (
      <StaffPage ask={ask} title={t.desk.holdShelf}>
        <div class="stack-l">
          <h1>{t.desk.holdShelf}</h1>
          {holds.length === 0 ? (
            <Empty icon="shelf" title={t.desk.nothingOnShelf} />
          ) : (
            <section class="card stack">
              <h2>{t.desk.shelfHolds(holds.length)}</h2>
              <Table label={t.desk.holdShelf} columns={[columns.title, columns.until, columns.place, columns.code]}>
                {holds.map((hold) => {
                  const left = hold.readyUntil ? daysBetween(now, hold.readyUntil) : 0;
                  return (
                    <tr>
                      <th scope="row">
                        <span class="work">{hold.title}</span>
                      </th>
                      <td class="nowrap">
                        {left < 0 ? (
                          <State kind="no" icon="late" words={t.desk.expired} />
                        ) : left === 0 ? (
                          <State kind="wait" icon="wait" words={t.desk.untilToday} />
                        ) : (
                          hold.readyUntil && t.format.nearDay(hold.readyUntil, now)
                        )}
                      </td>
                      <td>{hold.pickupBranchName}</td>
                      <td class="num nowrap">{hold.barcode}</td>
                    </tr>
                  );
                })}
              </Table>
            </section>
          )}
        </div>
      </StaffPage>
    );
  },
);
