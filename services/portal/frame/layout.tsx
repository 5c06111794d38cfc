import type { ComponentChildren, VNode } from "preact";
import { Icon, type IconName } from "../parts/icon.tsx";
import { PlainForm } from "../parts/form.tsx";
import { herePath, searchOf, signInPath } from "../parts/links.ts";
import { Notice } from "../parts/notice.tsx";
import { refusalSentence, type Texts } from "../texts/texts.ts";
import type { Staff, Surroundings } from "./ask.ts";
import { Spine, staffHome, Topbar } from "./staff.tsx";

type Frame = { ask: Surroundings; title: string; children?: ComponentChildren };

/** A page for readers: the indigo cover on top, on a phone a bar at the bottom. */
export function ReaderPage({ ask, title, wide, children }: Frame & { wide?: boolean }): VNode {
  const { t } = ask;
  return (
    <Document ask={ask} title={title} kind="reader">
      <header class="site deep">
        <div class="wrap">
          <a class="slip" href={t.to("/")}>
            {t.site}
          </a>
          <nav aria-label={t.nav.main}>
            {readerPlaces(t)
              .slice(1)
              .map((place) => (
                <a href={t.to(place.path)} aria-current={isHere(ask, place.path) ? "page" : undefined}>
                  {place.long}
                </a>
              ))}
          </nav>
          <span class="push" />
          <LanguageLink ask={ask} />
          <ThemeButton ask={ask} />
          <AccountMenu ask={ask} />
        </div>
      </header>
      <main id="noidung" tabIndex={-1}>
        {wide ? (
          <Note ask={ask} wrap />
        ) : (
          <div class="wrap">
            <Note ask={ask} />
          </div>
        )}
        {children}
      </main>
      <footer class="foot">
        <div class="wrap">
          <p>{t.footer}</p>
        </div>
      </footer>
      <nav class="tabbar" aria-label={t.nav.quick}>
        {readerPlaces(t).map((place) => (
          <a href={t.to(place.path)} aria-current={isHere(ask, place.path) ? "page" : undefined}>
            <Icon name={place.icon} />
            <span>{place.short}</span>
          </a>
        ))}
      </nav>
    </Document>
  );
}

/** A page for staff: the indigo spine at the left with what their roles open. */
export function StaffPage({ ask, title, children }: Frame & { ask: Surroundings & { staff: Staff } }): VNode {
  return (
    <Document ask={ask} title={title} kind="staff">
      <div class="shell">
        <Spine ask={ask} />
        <div>
          <Topbar ask={ask}>
            <LanguageLink ask={ask} />
            <ThemeButton ask={ask} />
            <AccountMenu ask={ask} />
          </Topbar>
          <main class="main" id="noidung" tabIndex={-1}>
            <Note ask={ask} />
            {children}
          </main>
        </div>
      </div>
    </Document>
  );
}

function Document({ ask, title, kind, children }: Frame & { kind: "reader" | "staff" }): VNode {
  const { t, asset } = ask;
  const wrong = ask.refused !== undefined;
  const theme = ask.dark === undefined ? {} : { "data-theme": ask.dark ? "dark" : "light" };
  return (
    <html lang={t.language} {...theme}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#151F4F" />
        <title>{`${wrong ? t.problems.errorTitle(title) : title} – ${t.site}`}</title>
        <link rel="icon" type="image/svg+xml" href={asset("icon.svg")} />
        {["source-sans-3-latin-wght-normal.woff2", "literata-latin-wght-normal.woff2"].map((font) => (
          <link rel="preload" as="font" type="font/woff2" crossOrigin="anonymous" href={asset(font)} />
        ))}
        <link rel="stylesheet" href={asset(`${kind}.css`)} />
        <script type="module" src={asset(`${kind}.js`)} />
      </head>
      <body class={kind}>
        <a class="skip" href="#noidung">
          {t.skip}
        </a>
        {children}
        <p id="lt-status" class="sr" role="status" aria-live="polite" />
      </body>
    </html>
  );
}

/** What was just done or refused, on top of the page; the status region says it with a script. */
function Note({ ask, wrap }: { ask: Surroundings; wrap?: boolean }): VNode {
  const { t, said, refused } = ask;
  const problems = Object.entries(refused?.problems ?? {});
  return (
    <div id="lt-note" class={wrap ? "wrap" : undefined}>
      {said && <Notice kind="ok" title={said} />}
      {refused?.refusal && <Notice kind="no" title={refusalSentence(t, refused.refusal)} alert />}
      {problems.length > 0 && (
        <div class="errsum" role="group" aria-labelledby="loi" tabIndex={-1}>
          <h2 id="loi">{t.problems.summary(problems.length)}</h2>
          <ul>
            {problems.map(([field, problem]) => (
              <li>
                <a href={`#${field}`}>{problem}</a>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

const readerPlaces = (t: Texts): { path: string; long: string; short: string; icon: IconName }[] => [
  { path: "/", long: t.nav.home, short: t.nav.home, icon: "home" },
  { path: "/tim", long: t.nav.findBooks, short: t.nav.find, icon: "search" },
  { path: "/sach-cua-toi", long: t.nav.mine, short: t.nav.mine, icon: "books" },
];

const isHere = (ask: Surroundings, path: string) =>
  path === "/" ? ask.path === "/" : ask.path === path || ask.path.startsWith(`${path}/`);

function LanguageLink({ ask }: { ask: Surroundings }): VNode {
  const { label, name, lang, path } = ask.t.other;
  return (
    <a class="iconbtn" href={`${path(ask.path)}${searchOf(ask.query)}`} lang={lang} hreflang={lang}>
      <span>
        {label}
        <span class="sr">, {name}</span>
      </span>
    </a>
  );
}

function ThemeButton({ ask }: { ask: Surroundings }): VNode {
  return (
    <lt-theme>
      <PlainForm ask={ask} action="/giao-dien">
        <input type="hidden" name="nen" value={ask.dark ? "sang" : "toi"} />
        <input type="hidden" name="ve" value={herePath(ask)} />
        <button class="iconbtn" type="submit" aria-label={ask.t.theme}>
          <Icon name="moon" />
        </button>
      </PlainForm>
    </lt-theme>
  );
}

function AccountMenu({ ask }: { ask: Surroundings }): VNode {
  const { t, who, staff } = ask;
  if (!who) {
    return (
      <a class="iconbtn" href={signInPath(ask)}>
        {t.nav.signIn}
      </a>
    );
  }
  return (
    <details class="menu">
      <summary class="iconbtn">
        <span class="avatar" aria-hidden="true">
          {initials(who.name)}
        </span>
        <span class="sr">{t.nav.account(who.name)}</span>
      </summary>
      <div class="card">
        <p class="b">{who.name}</p>
        <a href={t.to("/sach-cua-toi")}>{t.nav.mine}</a>
        {staff && <a href={t.to(staffHome(staff, ask.places))}>{t.nav.staffWork}</a>}
        <PlainForm ask={ask} action="/dang-xuat">
          <button class="btn s sm" type="submit">
            {t.nav.signOut}
          </button>
        </PlainForm>
      </div>
    </details>
  );
}

/** Family and given name's first letters: Nguyễn Thu Hà → NH. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toLocaleUpperCase("vi");
}
