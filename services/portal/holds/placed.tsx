import { ReaderPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { Empty, Notice } from "../parts/notice.tsx";
import { Steps } from "../parts/steps.tsx";
import { journeyStep } from "./journey.ts";

/** `/dat-muon/{id}/xong`: it is placed, and what happens next. Read from the reader's own holds, so a reload shows the truth. */
export const placedPage = page("/dat-muon/:id/xong", { for: "patron" }, async (ask) => {
  const { t, params } = ask;
  const { holds } = await ask.circulation.myAccount({});
  const hold = holds.find(({ titleId }) => titleId === params.id);
  return (
    <ReaderPage ask={ask} title={t.hold.placedTitle}>
      <div class="wrap hold">
        <div class="oneway stack-l">
          {hold ? (
            <>
              <h1>{t.hold.placedTitle}</h1>
              <Notice kind="ok" title={t.hold.placed(hold.title)}>
                <p>{t.hold.placedText(hold.pickupBranchName)}</p>
                {hold.position > 0 && <p>{t.hold.position(hold.position)}</p>}
              </Notice>
              <div class="card pad">
                <Steps label={t.hold.steps} names={t.hold.journey} now={journeyStep(hold.state)} done={t.hold.done} />
              </div>
            </>
          ) : (
            <Empty icon="books" title={t.hold.notFound} level={1} />
          )}
          <div class="row">
            <a class="btn p" href={t.to("/sach-cua-toi")}>
              {t.hold.toMine}
            </a>
            <a class="btn q" href={t.to("/tim")}>
              {t.hold.findMore}
            </a>
          </div>
        </div>
      </div>
    </ReaderPage>
  );
});
