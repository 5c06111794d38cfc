import type { Transit } from "@lienthong/proto/circulation/v1/service.ts";
import type { VNode } from "preact";
import { action } from "../frame/action.ts";
import { StaffPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { Table } from "../parts/table.tsx";
import type { Texts } from "../texts/texts.ts";
import { checkInScan, ReturnList } from "./return-list.tsx";
import { ScanField } from "./scan-field.tsx";

/** `/quay/luan-chuyen`: what is on its way here and from here; a scan receives it. */
export const transitsPage = page(
  "/quay/luan-chuyen",
  { for: "desk", place: { group: "desk", label: (t) => t.desk.transits, icon: "truck", key: "F9" } },
  async (ask) => {
    const { t, now } = ask;
    const [{ arriving, leaving }, turn] = await Promise.all([
      ask.circulation.listTransits({}),
      ask.turns.open("receive"),
    ]);
    return (
      <StaffPage ask={{ ...ask, refused: undefined }} title={t.desk.transits}>
        <h1 class="sr">{t.desk.transits}</h1>
        <ScanField ask={ask} target="quay" action="/quay/luan-chuyen/quet" label={t.desk.scanItem} />
        <div id="quay" class="stack-l">
          <ReturnList ask={ask} turn={turn} target="quay" action="/quay/luan-chuyen/quet" hint={t.desk.receiveHint} />
          <Journeys t={t} now={now} heading={t.desk.arriving} none={t.desk.nothingArriving} transits={arriving} />
          <Journeys t={t} now={now} heading={t.desk.leaving} none={t.desk.nothingLeaving} transits={leaving} />
        </div>
      </StaffPage>
    );
  },
);

export const scanReceived = action("/quay/luan-chuyen/quet", { on: transitsPage }, (ask) =>
  checkInScan(ask, "receive", (scan) => ask.circulation.receiveTransit(scan)),
);

function Journeys(props: { t: Texts; now: Date; heading: string; none: string; transits: readonly Transit[] }): VNode {
  const { t, now, heading, none, transits } = props;
  const { columns } = t.desk;
  return (
    <section class="card stack">
      <h2>
        {heading} <span class="tag">{transits.length}</span>
      </h2>
      {transits.length === 0 ? (
        <p class="soft">{none}</p>
      ) : (
        <Table
          label={heading}
          columns={[columns.title, columns.from, columns.to, columns.result, columns.code, columns.time]}
        >
          {transits.map((transit) => (
            <tr>
              <th scope="row">
                <span class="work">{transit.item?.title}</span>
              </th>
              <td>{transit.fromBranchName}</td>
              <td>{transit.toBranchName}</td>
              <td>{transit.forHold ? t.desk.forHold : t.desk.goingHome}</td>
              <td class="num nowrap">{transit.item?.barcode}</td>
              <td class="num nowrap">
                {transit.sentAt && `${t.format.time(transit.sentAt)} ${t.format.nearDay(transit.sentAt, now)}`}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
