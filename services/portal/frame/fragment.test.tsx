import assert from "node:assert/strict";
import { test } from "node:test";
import { renderToString } from "preact-render-to-string";
import { elementById } from "./fragment.ts";

const Row = ({ id, title }: { id: string; title: string }) => <li id={id}>{title}</li>;
const List = ({ titles }: { titles: string[] }) => (
  <ul id="list">
    {titles.map((title, at) => (
      <Row id={`row-${at}`} title={title} />
    ))}
    {null}
    {false}
    <>
      <li id="last">…</li>
    </>
  </ul>
);

test("one element of a page is found by its id, inside components, lists and groups", () => {
  const page = <main>{[<List titles={["Số đỏ", "<b>Tắt đèn</b>"]} />]}</main>;
  const html = (id: string) => {
    const found = elementById(page, id);
    return found && renderToString(found);
  };
  assert.equal(html("row-1"), '<li id="row-1">&lt;b>Tắt đèn&lt;/b></li>');
  assert.equal(html("last"), '<li id="last">…</li>');
  assert.equal(html("list")?.startsWith('<ul id="list"><li id="row-0">Số đỏ</li>'), true);
  assert.equal(html("nowhere"), undefined);
});
