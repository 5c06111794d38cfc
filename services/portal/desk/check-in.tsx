import { action } from "../frame/action.ts";
import { StaffPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { checkInScan, ReturnList } from "./return-list.tsx";
import { ScanField } from "./scan-field.tsx";

/** `/quay/tra`: every scan says in large letters where the item goes. */
export const checkInPage = page(
  "/quay/tra",
  { for: "desk", place: { group: "desk", label: (t) => t.desk.checkIn, icon: "back", key: "F4" } },
  async (ask) => {
    const { t } = ask;
    const turn = await ask.turns.open("check-in");
    return (
      <StaffPage ask={{ ...ask, refused: undefined }} title={t.desk.checkInTitle}>
        <h1 class="sr">{t.desk.checkInTitle}</h1>
        <ScanField ask={ask} target="quay" action="/quay/tra/quet" label={t.desk.scanItem} />
        <div id="quay">
          <ReturnList ask={ask} turn={turn} target="quay" action="/quay/tra/quet" hint={t.desk.scanToReturn} returns />
        </div>
      </StaffPage>
    );
  },
);

export const scanToReturn = action("/quay/tra/quet", { on: checkInPage }, (ask) =>
  checkInScan(ask, "check-in", (scan) => ask.circulation.checkIn(scan)),
);
