import assert from "node:assert/strict";
import { test } from "node:test";
import type { Title, TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import { renderToString } from "preact-render-to-string";
import { Availability, ItemState } from "../parts/availability.tsx";
import { Cover, shortened, Spine } from "../parts/cover.tsx";
import { Results } from "../search/results.tsx";
import { texts } from "../texts/texts.ts";
import { TitleView } from "../titles/title.tsx";

const { vi: t } = texts;
const now = new Date("2026-11-24T03:00:00Z");

const hit = (fields: Partial<TitleHit> = {}): TitleHit => ({
  id: "0199a000-0000-7000-8000-000000000001",
  title: "Nỗi buồn chiến tranh",
  author: "Bảo Ninh",
  publisher: "NXB Trẻ",
  place: "Hà Nội",
  year: "2022",
  edition: "",
  volume: "",
  language: "vie",
  kind: "book",
  ddc: "895.92234",
  isbns: [],
  holdings: [],
  items: 0,
  available: 0,
  extent: "348 tr.",
  subjects: [],
  onSite: 0,
  unknown: 0,
  ...fields,
});

const item = (state: string, libraryName = "Thư viện Hà Nội") => ({
  id: state,
  libraryId: libraryName,
  libraryName,
  barcode: "1",
  callNumber: "895.922",
  location: "",
  state,
  dueAt: state === "on-loan" ? new Date("2026-12-02T16:59:59Z") : undefined,
  recordId: "r",
});

const pageOf = (fields: Partial<TitleHit>, items: Title["items"] = []) => {
  const brief = hit(fields);
  return renderToString(<TitleView t={t} brief={brief} now={now} title={{ brief, items, asOf: now, movedFrom: "" }} />);
};

const hostile = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  `</title></textarea><svg/onload=alert(1)>`,
  `javascript:alert(1)`,
  `&lt;b&gt;`,
];

test("what a record says is text, never markup, wherever it stands", () => {
  for (const text of hostile) {
    const fields = {
      title: text,
      author: text,
      publisher: text,
      place: text,
      year: text,
      edition: text,
      subjects: [text],
      isbns: [text],
      ddc: text,
      language: text,
      kind: text,
    };
    const found = {
      hits: [hit(fields)],
      total: 1n,
      facets: [],
      next: text,
      folded: false,
      didYouMean: text,
      limited: false,
    };
    const query = new URLSearchParams({ q: text, dang: text, sau: text });
    const html =
      pageOf(fields, [item("available", text)]) +
      renderToString(<Results t={t} query={query} typed={text} found={found} />);
    assert.doesNotMatch(html, /<(script|img|svg\/)|href="javascript:/i, text);
    for (const [tag] of html.replaceAll(/"[^"]*"/g, "").matchAll(/<[^>]*>/g))
      assert.doesNotMatch(tag, /\s(on\w+|srcdoc)=/i, tag);
  }
});

test("a title says first how it can be had: at once, after a wait, in the reading room, or not yet", () => {
  const holding = {
    libraryId: "1",
    libraryName: "Thư viện Hà Nội",
    province: "",
    recordId: "",
    controlNumber: "",
    items: 2,
    available: 2,
  };
  const cases: [string, Partial<TitleHit>, string[], RegExp, boolean][] = [
    [
      "on the shelf",
      { holdings: [holding], items: 2, available: 2 },
      ["available"],
      /Lấy được ngay.*Thư viện Hà Nội còn 2 bản/s,
      true,
    ],
    ["all lent", { items: 1 }, ["on-loan", "not-for-loan"], /Chờ một chút/, true],
    ["of which nobody has told yet", { items: 1, unknown: 1 }, ["unknown"], /Chưa rõ còn hay không/, true],
    ["on its way", { items: 1 }, ["in-transit"], /Chờ một chút/, true],
    ["reading room", { items: 1 }, ["not-for-loan"], /Đọc tại chỗ/, false],
    ["withdrawn", { items: 1 }, ["withdrawn"], /Chưa có bản để mượn/, false],
    ["no copy", {}, [], /Chưa có bản để mượn/, false],
  ];
  for (const [what, fields, states, words, canHold] of cases) {
    const html = pageOf(
      fields,
      states.map((state) => item(state)),
    );
    assert.match(html, words, what);
    assert.equal(html.includes("/dat-muon/"), canHold, what);
  }
});

test("availability is told in words and an icon, and never as none of something", () => {
  for (const [items, available, onSite, unknown, words] of [
    [3, 2, 0, 1, "Còn 2 bản"],
    [3, 0, 0, 0, "Đang có người mượn"],
    [3, 0, 1, 1, "Chưa rõ còn hay không"],
    [0, 0, 0, 0, "Chưa có bản để mượn"],
    [2, 0, 2, 0, "Đọc tại chỗ"],
  ] as const) {
    const html = renderToString(<Availability t={t} of={{ items, available, onSite, unknown }} />);
    assert.match(html, new RegExp(words));
    assert.match(html, /<svg class="i"[^>]*aria-hidden="true"/);
    assert.doesNotMatch(html, /\b0 bản/);
    assert.ok(html.replaceAll(/<[^>]*>/g, "").trim().length > 3);
  }
  assert.match(renderToString(<ItemState t={t} state="something-new" until={undefined} />), /Chưa rõ/);
});

test("a result without author, year or title still reads well", () => {
  const found = {
    hits: [hit({ title: "", author: "", publisher: "", year: "" })],
    total: 1n,
    facets: [],
    next: "",
    folded: false,
    didYouMean: "",
    limited: false,
  };
  const html = renderToString(<Results t={t} query={new URLSearchParams()} typed="" found={found} />);
  assert.match(html, /\(Không có nhan đề\)/);
  assert.doesNotMatch(html, /· <|undefined|null/);
});

test("nothing found says so in the reader's own words, and offers the next step", () => {
  const found = { hits: [], total: 0n, facets: [], next: "", folded: false, didYouMean: "Tắt đèn", limited: false };
  const html = renderToString(
    <Results t={t} query={new URLSearchParams({ q: "tăt đèn" })} typed="tăt đèn" found={found} />,
  );
  assert.match(html, /Không thấy “tăt đèn”/);
  assert.match(html, /href="\/tim\?q=T%E1%BA%AFt\+%C4%91%C3%A8n">Thử “Tắt đèn”\?/);
  assert.match(
    renderToString(<Results t={t} query={new URLSearchParams()} typed="" found={undefined} />),
    /đang gián đoạn/,
  );
});

test("F19: while search is limited the page says so, and what can be done", () => {
  const found = { hits: [hit({})], total: 1n, facets: [], next: "", folded: false, didYouMean: "", limited: true };
  const html = renderToString(<Results t={t} query={new URLSearchParams("q=a")} typed="a" found={found} />);
  assert.match(html, /Tìm kiếm đang bị hạn chế/);
  assert.match(html, /chỉ tìm được theo từ trong nhan đề, tên tác giả và số ISBN/);
  const whole = renderToString(
    <Results t={t} query={new URLSearchParams("q=a")} typed="a" found={{ ...found, limited: false }} />,
  );
  assert.doesNotMatch(whole, /bị hạn chế/);
});

test("a chosen facet is a chip that drops it, and keeps the others", () => {
  const query = new URLSearchParams("q=a&dang=book&dang=thesis&sau=key");
  const found = { hits: [], total: 0n, facets: [], next: "", folded: false, didYouMean: "", limited: false };
  const html = renderToString(<Results t={t} query={query} typed="a" found={found} />);
  assert.match(html, /href="\/tim\?q=a&amp;dang=thesis">Sách in /);
  assert.match(html, /href="\/tim\?q=a&amp;dang=book">Luận án, luận văn /);
});

test("a cover takes colour from the class number, and is the same each time without one", () => {
  const cover = (ddc: string) => renderToString(<Cover work={{ title: "Truyện Kiều", author: "Nguyễn Du", ddc }} />);
  assert.match(cover("895.9221"), /class="cover c8" aria-hidden="true"/);
  assert.match(cover("005.7"), /class="cover c0"/);
  assert.equal(cover(""), cover("[không rõ]"));
  assert.match(renderToString(<Spine work={{ title: "A".repeat(300), author: "", ddc: "" }} href="/x" />), /--h:245px/);
});

test("a long title is cut between words", () => {
  assert.equal(shortened("Nhập môn khoa học dữ liệu", 14), "Nhập môn khoa…");
  assert.equal(shortened("Số đỏ", 14), "Số đỏ");
  assert.equal(shortened("x".repeat(40), 10), `${"x".repeat(10)}…`);
});
