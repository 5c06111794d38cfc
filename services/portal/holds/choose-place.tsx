import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { VNode } from "preact";
import { ReaderPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { titleOf } from "../parts/cover.tsx";
import { Steps } from "../parts/steps.tsx";
import type { Texts } from "../texts/texts.ts";
import { BackToTitle } from "../titles/title.tsx";
import { matching, type PickupPlace, pickupPlaces, placeName } from "./pickup-places.ts";
import { Summary } from "./summary.tsx";
import { UnknownTitle } from "./unknown-title.tsx";

const placesShown = 12;

/** `/dat-muon/{id}`: where the reader wants to collect it. */
export const choosePlacePage = page("/dat-muon/:id", { for: "patron" }, async (ask) => {
  const { t, params, query } = ask;
  const [title, places] = await Promise.all([
    ask.catalogue.getTitle({ id: params.id }).then(answered),
    pickupPlaces(ask.identity),
  ]);
  if (isRefusal(title) || !title.brief) return <UnknownTitle ask={ask} />;
  const typed = (query.get("tim") ?? "").trim().slice(0, 100);
  const found = typed
    ? matching(places, typed)
    : sameLibraryFirst(
        places,
        title.brief.holdings.map((holding) => holding.libraryId),
      );
  return (
    <ReaderPage ask={ask} title={t.hold.chooseTitle}>
      <div class="wrap hold">
        <Steps label={t.hold.steps} names={t.hold.stepNames} now={1} done={t.hold.done} />
        <div class="hgrid">
          <div class="stack-l" id="noi-nhan">
            <h1>{t.hold.where}</h1>
            <form class="field" action={t.to(`/dat-muon/${params.id}`)}>
              <label for="tim">{t.hold.find}</label>
              <p class="hint" id="tim-goiy">
                {t.hold.findHint}
              </p>
              <div class="find">
                <input
                  class="input"
                  id="tim"
                  name="tim"
                  type="search"
                  lang="vi"
                  value={typed}
                  autoComplete="off"
                  aria-describedby="tim-goiy"
                />
                <button class="btn s" type="submit">
                  {t.search.go}
                </button>
              </div>
            </form>
            <Choices t={t} id={params.id} found={found} typed={typed} />
          </div>
          <Summary t={t} work={{ ...title.brief, title: titleOf(t, title.brief.title) }} />
        </div>
      </div>
    </ReaderPage>
  );
});

function Choices({
  t,
  id,
  found,
  typed,
}: {
  t: Texts;
  id: string;
  found: readonly PickupPlace[];
  typed: string;
}): VNode {
  if (found.length === 0) {
    return (
      <p class="soft">
        {typed ? t.hold.noPlace(typed) : t.hold.noPlaces}{" "}
        {typed && <a href={t.to(`/dat-muon/${id}`)}>{t.hold.showAll}</a>}
      </p>
    );
  }
  const more = found.length - placesShown;
  return (
    <form class="stack-l" action={t.to(`/dat-muon/${id}/xac-nhan`)}>
      <fieldset>
        <legend class="label">{t.hold.places}</legend>
        {found.slice(0, placesShown).map((place, at) => (
          <label class="choice">
            <input type="radio" name="noi" value={place.branch.id} required checked={at === 0 && found.length === 1} />
            <span>
              <span class="b">{placeName(place)}</span>
              <span class="small soft">{addressOf(place)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {more > 0 && <p class="soft small">{t.hold.morePlaces(more)}</p>}
      <div class="row">
        <button class="btn p" type="submit">
          {t.hold.go}
        </button>
        <BackToTitle t={t} id={id} />
      </div>
    </form>
  );
}

/** Places of the libraries that hold it come first: there it need not travel. */
function sameLibraryFirst(places: readonly PickupPlace[], holders: readonly string[]): PickupPlace[] {
  const rank = (place: PickupPlace) => (holders.includes(place.branch.libraryId) ? 0 : 1);
  return [...places].sort((a, b) => rank(a) - rank(b));
}

/** The address; commune and province follow where it does not say them itself. */
const addressOf = ({ branch, provinceName }: PickupPlace) =>
  [branch.address, ...[branch.commune, provinceName].filter((part) => !branch.address.includes(part))]
    .filter((part) => part !== "")
    .join(", ");
