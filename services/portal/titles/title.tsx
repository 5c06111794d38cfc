import type { Title, TitleItem } from "@lienthong/proto/catalogue/v1/service.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { VNode } from "preact";
import { ReaderPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { ItemState, State } from "../parts/availability.tsx";
import { Cover, titleOf } from "../parts/cover.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty } from "../parts/notice.tsx";
import { languageTag } from "../texts/language-tag.ts";
import type { Texts } from "../texts/texts.ts";

/** `/an-pham/{id}`: one title, who has it and how soon. */
export const titlePage = page("/an-pham/:id", { for: "anyone" }, async (ask) => {
  const { t, params } = ask;
  const title = answered(await ask.catalogue.getTitle({ id: params.id }));
  if (isRefusal(title) || !title.brief) {
    return (
      <ReaderPage ask={ask} title={t.title.unknown}>
        <div class="wrap alone">
          <Empty icon="books" title={t.title.unknown} level={1}>
            <p class="soft">{t.title.unknownText}</p>
            <a class="btn s" href={t.to("/tim")}>
              {t.title.findOther}
            </a>
          </Empty>
        </div>
      </ReaderPage>
    );
  }
  return (
    <ReaderPage ask={ask} title={titleOf(t, title.brief.title)}>
      <TitleView t={t} title={title} brief={title.brief} now={ask.now} />
    </ReaderPage>
  );
});

type View = { t: Texts; title: Title; brief: NonNullable<Title["brief"]>; now: Date };

export function TitleView({ t, title, brief, now }: View): VNode {
  const name = titleOf(t, brief.title);
  const published = [brief.place, brief.publisher, brief.year].filter((part) => part !== "").join(", ");
  const edition = [brief.edition, brief.volume, brief.extent].filter((part) => part !== "").join(". ");
  return (
    <div class="wrap rec">
      <div class="rtop">
        <Cover work={{ ...brief, title: name }} size="lg" />
        <div class="rid">
          <h1 class="work" lang={languageTag(brief.language)}>
            {name}
          </h1>
          {brief.author && (
            <p class="by">
              <a href={t.to(`/tim?q=${encodeURIComponent(brief.author)}`)}>{brief.author}</a>
            </p>
          )}
          <p class="soft">{[published, edition].filter((part) => part !== "").join(". ")}</p>
          {brief.subjects.length > 0 && (
            <div class="scroller">
              {brief.subjects.slice(0, 8).map((subject) => (
                <a class="chip" href={t.to(`/tim?q=${encodeURIComponent(subject)}`)}>
                  {subject}
                </a>
              ))}
            </div>
          )}
        </div>
        <Offer t={t} title={title} brief={brief} now={now} />
      </div>
      <Places t={t} title={title} brief={brief} now={now} />
      <Details t={t} brief={brief} />
    </div>
  );
}

/** The fastest way to get it, and the one button. */
function Offer({ t, title, brief }: View): VNode {
  const { kind, icon, heading, text, button } = offerOf(t, title, brief);
  return (
    <section class={`card pad best${kind === "ok" ? "" : ` ${kind}`}`} aria-labelledby="nhanh">
      <h2 id="nhanh">
        <State kind={kind} icon={icon} words="" /> {heading}
      </h2>
      <p>{text}</p>
      {button && (
        <a class="btn p full" href={t.to(`/dat-muon/${brief.id}`)}>
          {button}
        </a>
      )}
    </section>
  );
}

function offerOf(t: Texts, title: Title, brief: View["brief"]) {
  const shelf = brief.holdings.find((holding) => holding.available > 0);
  if (shelf) {
    const text = t.title.canHaveAt(shelf.libraryName, shelf.available);
    return { kind: "ok", icon: "ok", heading: t.title.canHave, text, button: t.title.hold } as const;
  }
  const lendable = title.items.filter((item) => item.state !== "not-for-loan" && item.state !== "withdrawn");
  if (lendable.some((item) => item.state === "unknown")) {
    const heading = t.title.notKnown;
    return { kind: "info", icon: "info", heading, text: t.title.notKnownText, button: t.title.holdWait } as const;
  }
  if (lendable.length > 0) {
    return {
      kind: "wait",
      icon: "wait",
      heading: t.title.canWait,
      text: t.title.canWaitText,
      button: t.title.holdWait,
    } as const;
  }
  const readable = title.items.find((item) => item.state === "not-for-loan");
  if (readable) {
    const text = t.title.canReadText(readable.libraryName);
    return { kind: "info", icon: "info", heading: t.title.canRead, text, button: undefined } as const;
  }
  return { kind: "info", icon: "info", heading: t.title.canNot, text: t.title.canNotText, button: undefined } as const;
}

/** One row a library: its name, its copies, its shelf. */
function Places({ t, title, brief, now }: View): VNode {
  const places = [...Map.groupBy(title.items, (item) => item.libraryId).values()].sort(
    (a, b) => onShelf(b) - onShelf(a),
  );
  return (
    <section class="stack" id="noi" aria-labelledby="noih">
      <div class="row">
        <h2 id="noih">{t.title.where}</h2>
        <span class="tag">{t.title.libraries(new Set(brief.holdings.map((holding) => holding.libraryId)).size)}</span>
      </div>
      {places.length > 0 && (
        <ul class="card list">
          {places.map((items) => (
            <Place t={t} items={items} now={now} />
          ))}
        </ul>
      )}
      {title.asOf && (
        <p class="tiny muted">{t.title.asOf(`${t.format.time(title.asOf)} ${t.format.nearDay(title.asOf, now)}`)}</p>
      )}
    </section>
  );
}

const copiesShown = 6;

function Place({ t, items, now }: { t: Texts; items: readonly TitleItem[]; now: Date }): VNode {
  const [first] = items;
  const shelves = [
    ...new Set(items.map((item) => [item.location, item.callNumber].filter((part) => part !== "").join(", "))),
  ];
  return (
    <li class="lb">
      <div>
        <p class="b">{first?.libraryName}</p>
        <p class="small soft num">
          {shelves
            .filter((shelf) => shelf !== "")
            .slice(0, 3)
            .join(" · ")}
        </p>
      </div>
      <div class="lbs">
        {onShelf(items) > 0 ? (
          <State kind="ok" icon="ok" words={t.title.copiesLeft(onShelf(items))} />
        ) : (
          items.slice(0, copiesShown).map((item) => (
            <p>
              <ItemState t={t} state={item.state} until={item.dueAt && t.format.nearDay(item.dueAt, now)} />
            </p>
          ))
        )}
      </div>
    </li>
  );
}

const onShelf = (items: readonly TitleItem[]) => items.filter((item) => item.state === "available").length;

function Details({ t, brief }: { t: Texts; brief: View["brief"] }): VNode {
  const { fields } = t.title;
  const rows: [string, string][] = [
    [fields.title, titleOf(t, brief.title)],
    [fields.author, brief.author],
    [fields.published, [brief.place, brief.publisher, brief.year].filter((part) => part !== "").join(", ")],
    [fields.edition, brief.edition],
    [fields.volume, brief.volume],
    [fields.extent, brief.extent],
    [fields.isbn, brief.isbns.join(", ")],
    [fields.ddc, brief.ddc],
    [fields.language, t.languages[brief.language] ?? brief.language],
  ];
  return (
    <section class="stack" aria-labelledby="chitiet">
      <h2 id="chitiet">{t.title.details}</h2>
      <dl class="kv card">
        {rows
          .filter(([, value]) => value !== "")
          .map(([label, value]) => (
            <>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </>
          ))}
      </dl>
    </section>
  );
}

/** The way back to the title, from the pages of a hold. */
export const BackToTitle = ({ t, id }: { t: Texts; id: string }): VNode => (
  <a class="btn q" href={t.to(`/an-pham/${id}`)}>
    <Icon name="left" /> {t.nav.back}
  </a>
);
