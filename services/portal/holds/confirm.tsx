import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import { action } from "../frame/action.ts";
import { ReaderPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { Cover, titleOf } from "../parts/cover.tsx";
import { Form } from "../parts/form.tsx";
import { Notice } from "../parts/notice.tsx";
import { Steps } from "../parts/steps.tsx";
import { refusalSentence } from "../texts/texts.ts";
import { pickupPlaces, placeName } from "./pickup-places.ts";
import { UnknownTitle } from "./unknown-title.tsx";

/** `/dat-muon/{id}/xac-nhan?noi=…`: what will happen, and the one button that does it. */
export const confirmPage = page("/dat-muon/:id/xac-nhan", { for: "patron" }, async (ask) => {
  const { t, params, query, refused } = ask;
  const [title, places] = await Promise.all([
    ask.catalogue.getTitle({ id: params.id }).then(answered),
    pickupPlaces(ask.identity),
  ]);
  if (isRefusal(title) || !title.brief) return <UnknownTitle ask={ask} />;
  const place = places.find(({ branch }) => branch.id === query.get("noi"));
  const work = { ...title.brief, title: titleOf(t, title.brief.title) };
  const change = t.to(`/dat-muon/${params.id}`);
  return (
    <ReaderPage ask={{ ...ask, refused: undefined }} title={t.hold.confirmTitle}>
      <div class="wrap hold">
        <Steps label={t.hold.steps} names={t.hold.stepNames} now={2} done={t.hold.done} />
        <section class="card pad stack oneway" id="xac-nhan" aria-labelledby="xn">
          <h1 id="xn">{t.hold.confirmTitle}</h1>
          {refused?.refusal && <Notice kind="no" title={refusalSentence(t, refused.refusal)} alert />}
          <div class="hd">
            <Cover work={work} size="sm" />
            <div>
              <p class="work">{work.title}</p>
              <p class="small soft">{work.author}</p>
            </div>
          </div>
          <dl class="kv">
            <dt>{t.hold.copy}</dt>
            <dd>{t.hold.anyCopy}</dd>
            <dt>{t.hold.pickUp}</dt>
            <dd>
              {place ? placeName(place) : t.hold.chooseOne}. <a href={change}>{t.hold.change}</a>
            </dd>
          </dl>
          {place && (
            <Form ask={ask} target="xac-nhan" action={`/dat-muon/${params.id}/dat?noi=${place.branch.id}`}>
              <input type="hidden" name="bieu-ghi" value={title.brief.holdings[0]?.recordId ?? ""} />
              <button class="btn p" type="submit">
                {t.hold.confirm}
              </button>
            </Form>
          )}
          <p class="small soft">{t.hold.cancelAnyTime}</p>
        </section>
      </div>
    </ReaderPage>
  );
});

export const placeHold = action("/dat-muon/:id/dat", { on: confirmPage }, async (ask) => {
  const placed = answered(
    await ask.circulation.placeHold({
      titleId: ask.params.id,
      recordId: ask.form.get("bieu-ghi") ?? "",
      pickupBranchId: ask.query.get("noi") ?? "",
    }),
  );
  return isRefusal(placed) ? placed : { seeOther: `/dat-muon/${ask.params.id}/xong` };
});
