import type { MyAccountResponse } from "@lienthong/proto/circulation/v1/service.ts";
import { HoldState } from "@lienthong/proto/circulation/v1/states.ts";
import type { TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import type { VNode } from "preact";
import { ReaderPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { Availability, State } from "../parts/availability.tsx";
import { Cover, Spine, titleOf } from "../parts/cover.tsx";
import { signInPath } from "../parts/links.ts";
import { SearchBox } from "../parts/search-box.tsx";
import type { Texts } from "../texts/texts.ts";

const shelfLength = 25;
const newestShown = 6;
// Books due within this many days are today's business.
const soonDays = 2;

export const homePage = page("/", { for: "anyone" }, async (ask) => {
  const { t, who } = ask;
  // A part that is away never takes the page with it: the search field stands in any case.
  const [newest, account] = await Promise.all([
    ask.catalogue
      .search({ query: "", size: shelfLength, after: "", facets: [], sort: "newest", withoutFacets: true })
      .then(({ hits }) => hits, nothing),
    who ? ask.circulation.myAccount({}).catch(nothing) : undefined,
  ]);
  const books = newest ?? [];
  return (
    <ReaderPage ask={ask} title={t.home.title} wide>
      <section class={`hero deep${books.length === 0 ? " bare" : ""}`}>
        <div class="wrap">
          <h1 class="work">
            <span>{t.home.heading[0]}</span>
            {t.home.heading[1]}
          </h1>
          <SearchBox t={t} />
        </div>
        {books.length > 0 && <Shelf t={t} books={books} />}
      </section>
      <div class="wrap home">
        {who ? (
          <Tasks t={t} name={givenName(who.name)} account={account} now={ask.now} />
        ) : (
          <Invitation t={t} signIn={signInPath(ask)} />
        )}
        {books.length > 0 && <Newest t={t} books={books.slice(0, newestShown)} />}
      </div>
    </ReaderPage>
  );
});

const nothing = () => undefined;

function Shelf({ t, books }: { t: Texts; books: readonly TitleHit[] }): VNode {
  return (
    <>
      <div class="stage">
        <div class="wrap">
          <p class="sr" id="kemoi">
            {t.home.shelf}
          </p>
          <div class="shelf" role="group" aria-labelledby="kemoi" tabIndex={0}>
            {books.map((book) => (
              <Spine work={{ ...book, title: titleOf(t, book.title) }} href={t.to(`/an-pham/${book.id}`)} />
            ))}
          </div>
        </div>
      </div>
      <div class="board" />
    </>
  );
}

/** What waits for this reader today: first what can be collected, then what must go back. */
function Tasks({
  t,
  name,
  account,
  now,
}: {
  t: Texts;
  name: string;
  account: MyAccountResponse | undefined;
  now: Date;
}): VNode {
  const ready = account?.holds.filter((hold) => hold.state === HoldState.READY) ?? [];
  const due = account?.loans.filter((loan) => loan.overdue || daysTo(loan.dueAt, now) <= soonDays) ?? [];
  return (
    <section class="stack" aria-labelledby="viec">
      <h2 id="viec">{t.home.hello(name, ready.length + due.length)}</h2>
      {!account && <p class="soft">{t.home.tasksDown}</p>}
      {account && ready.length + due.length === 0 && <p class="soft">{t.home.noTasks}</p>}
      {ready.length + due.length > 0 && (
        <ul class="card list todo">
          {ready.map((hold) => (
            <li class="row top">
              <State kind="ok" icon="ok" words="" />
              <div>
                <p class="b">
                  {t.home.ready}{" "}
                  <a class="work" href={t.to("/sach-cua-toi")}>
                    {hold.title}
                  </a>
                </p>
                <p class="small soft">
                  {t.home.pickUp(hold.pickupBranchName, hold.readyUntil ? t.format.nearDay(hold.readyUntil, now) : "")}
                </p>
              </div>
            </li>
          ))}
          {due.map((loan) => (
            <li class="row top">
              <State kind={loan.overdue ? "no" : "wait"} icon={loan.overdue ? "late" : "wait"} words="" />
              <div>
                <p class="b">
                  {loan.overdue ? t.home.overdue : t.home.giveBack}{" "}
                  <a class="work" href={t.to("/sach-cua-toi")}>
                    {loan.title}
                  </a>
                </p>
                <p class="small soft">{loan.dueAt && t.home.due(t.format.nearDay(loan.dueAt, now))}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Invitation({ t, signIn }: { t: Texts; signIn: string }): VNode {
  return (
    <section class="card pad stack" aria-labelledby="moi">
      <h2 id="moi">{t.home.signInTitle}</h2>
      <p class="soft">{t.home.signInText}</p>
      <p>
        <a class="btn s" href={signIn}>
          {t.nav.signIn}
        </a>
      </p>
    </section>
  );
}

function Newest({ t, books }: { t: Texts; books: readonly TitleHit[] }): VNode {
  return (
    <section class="stack" aria-labelledby="moicap">
      <div class="row">
        <h2 id="moicap">{t.home.newest}</h2>
        <a class="push" href={t.to("/tim?xep=newest")}>
          {t.home.seeAll}
        </a>
      </div>
      <ul class="grid6">
        {books.map((book) => (
          <li>
            <a class="plain" href={t.to(`/an-pham/${book.id}`)}>
              <Cover work={book} size="fluid" />
              <span class="work clamp2">{titleOf(t, book.title)}</span>
            </a>
            <span class="small muted">{book.author}</span>
            <Availability t={t} of={book} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A person is greeted by the given name, which stands last. */
const givenName = (name: string) => name.trim().split(/\s+/).at(-1) ?? name;

const daysTo = (day: Date | undefined, now: Date) =>
  day ? (day.getTime() - now.getTime()) / 86_400_000 : Number.POSITIVE_INFINITY;
