import type { Import, StartImportRequest } from "@lienthong/proto/catalogue/v1/service.ts";
import { ImportState } from "@lienthong/proto/catalogue/v1/service.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { VNode } from "preact";
import { action } from "../frame/action.ts";
import type { Upload } from "../frame/ask.ts";
import { StaffPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { State } from "../parts/availability.tsx";
import { Field, requestField } from "../parts/form.tsx";
import { withQuery } from "../parts/links.ts";
import { Empty } from "../parts/notice.tsx";
import { Table } from "../parts/table.tsx";
import type { Texts } from "../texts/texts.ts";

const chunkBytes = 64 * 1024;
// Rows that the call gives at once; fewer mean that this is the last page.
const pageRows = 50;

/** `/quan-ly/nhap`: drop a MARC file, and what became of earlier ones. */
export const importListPage = page(
  "/quan-ly/nhap",
  { for: "cataloguer", place: { group: "staffWork", label: (t) => t.imports.title, icon: "upload" } },
  async (ask) => {
    const { t, query, refused } = ask;
    const { imports } = await ask.catalogue.listImports({ before: query.get("truoc") ?? "" });
    const last = imports.at(-1);
    return (
      <StaffPage ask={ask} title={t.imports.title}>
        <div class="stack-l">
          <h1>{t.imports.title}</h1>
          <form class="card pad drop" method="post" action={t.to("/quan-ly/nhap")} encType="multipart/form-data">
            <input type="hidden" name={requestField} value={ask.newRequest()} />
            <Field id="tep" label={t.imports.choose} hint={t.imports.chooseHint} problem={refused?.problems.tep}>
              {(described) => (
                <input
                  type="file"
                  name="tep"
                  accept=".mrc,.marc,.iso,.dat,.xml,application/marc,application/xml"
                  required
                  {...described}
                />
              )}
            </Field>
            <div class="row">
              <button class="btn p" type="submit">
                {t.imports.send}
              </button>
            </div>
          </form>
          {imports.length === 0 ? (
            <Empty icon="upload" title={t.imports.none}>
              <p class="soft">{t.imports.noneText}</p>
            </Empty>
          ) : (
            <section class="card stack">
              <h2>{t.imports.past}</h2>
              <PastImports t={t} imports={imports} now={ask.now} />
              {last && imports.length >= pageRows && (
                <a href={`${t.to("/quan-ly/nhap")}${withQuery(query, { truoc: last.id })}`}>{t.nav.next}</a>
              )}
            </section>
          )}
        </div>
      </StaffPage>
    );
  },
);

export const startImport = action(
  "/quan-ly/nhap",
  { on: importListPage, upload: true },
  async ({ catalogue, file, t }) => {
    if (!file || file.name === "") return { problems: { tep: t.imports.tooManyFiles } };
    const started = answered(await catalogue.startImport(parts(file)));
    return isRefusal(started) ? started : { seeOther: `/quan-ly/nhap/${started.id}` };
  },
);

/** The file goes on as it comes in: the portal never holds more than a piece of it. */
async function* parts(file: Upload): AsyncIterable<StartImportRequest> {
  yield { part: { $case: "file", value: { name: file.name.slice(-200), encoding: "" } } };
  for await (const bytes of file.bytes as AsyncIterable<Uint8Array>) {
    for (let from = 0; from < bytes.length; from += chunkBytes) {
      yield { part: { $case: "chunk", value: bytes.subarray(from, from + chunkBytes) } };
    }
  }
}

function PastImports({ t, imports, now }: { t: Texts; imports: readonly Import[]; now: Date }): VNode {
  const { columns } = t.imports;
  return (
    <Table label={t.imports.past} columns={[columns.file, columns.state, columns.read, columns.set, columns.started]}>
      {imports.map((one) => (
        <tr>
          <th scope="row">
            <a href={t.to(`/quan-ly/nhap/${one.id}`)}>{one.fileName}</a>
          </th>
          <td class="nowrap">
            <ImportStateMark t={t} state={one.state} />
          </td>
          <td class="num">{t.format.number(one.read)}</td>
          <td class={one.quarantined > 0n ? "num bad" : "num"}>{t.format.number(one.quarantined)}</td>
          <td class="num nowrap">
            {one.startedAt && `${t.format.time(one.startedAt)} ${t.format.nearDay(one.startedAt, now)}`}
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function ImportStateMark({ t, state }: { t: Texts; state: Import["state"] }): VNode {
  const words = t.imports.states[state] ?? state;
  if (state === ImportState.FINISHED) return <State kind="ok" icon="ok" words={words} />;
  if (state === ImportState.FAILED) return <State kind="no" icon="stop" words={words} />;
  if (state === ImportState.CANCELLED) return <State kind="info" icon="info" words={words} />;
  return <State kind="wait" icon="wait" words={words} />;
}
