import type { Import, QuarantinedRecord } from "@lienthong/proto/catalogue/v1/service.ts";
import { ImportState } from "@lienthong/proto/catalogue/v1/service.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { VNode } from "preact";
import { action } from "../frame/action.ts";
import { StaffPage } from "../frame/layout.tsx";
import { live } from "../frame/live.ts";
import { page } from "../frame/page.ts";
import { Form, type FormAsk } from "../parts/form.tsx";
import { withQuery } from "../parts/links.ts";
import { Empty, Notice } from "../parts/notice.tsx";
import { Steps } from "../parts/steps.tsx";
import { Table } from "../parts/table.tsx";
import { refusalSentence } from "../texts/texts.ts";
import { ImportStateMark } from "./import-list.tsx";

// Rows that the call gives at once; fewer mean that this is the last page.
const pageRows = 100;

/** `/quan-ly/nhap/{id}`: how far an import is, what it made, and what it set aside with the place and the reason. */
export const importPage = page("/quan-ly/nhap/:id", { for: "cataloguer" }, async (ask) => {
  const { t, params, query } = ask;
  const found = answered(await ask.catalogue.getImport({ id: params.id }));
  if (isRefusal(found)) {
    return (
      <StaffPage ask={ask} title={t.problems.notFound}>
        <Empty icon="upload" title={refusalSentence(t, found.refused)} level={1}>
          <a href={t.to("/quan-ly/nhap")}>{t.imports.past}</a>
        </Empty>
      </StaffPage>
    );
  }
  const reason = query.get("ly-do") ?? "";
  const list = answered(
    await ask.catalogue.listQuarantine({ importId: params.id, after: seqOf(query.get("sau")), reason }),
  );
  const records = isRefusal(list) ? [] : list.records;
  const kept = isOpen(found);
  return (
    <StaffPage ask={ask} title={t.imports.heading(found.fileName)}>
      <div class="row phead">
        <div>
          <h1>{t.imports.heading(found.fileName)}</h1>
          <p class="soft">
            {found.startedAt &&
              t.imports.startedAt(
                t.format.bytes(found.sizeBytes),
                t.format.day(found.startedAt),
                t.format.time(found.startedAt),
              )}
          </p>
        </div>
      </div>
      {kept ? (
        <lt-live src={t.to(`/quan-ly/nhap/${found.id}/truc-tiep`)} slow={t.imports.slow}>
          <Progress ask={ask} of={found} />
          <Reasons ask={ask} of={found} />
          <button class="btn q sm" type="button" data-stop hidden>
            {t.imports.stop}
          </button>
        </lt-live>
      ) : (
        <>
          <Progress ask={ask} of={found} />
          <Reasons ask={ask} of={found} />
        </>
      )}
      <Quarantine ask={ask} records={records} reason={reason} />
    </StaffPage>
  );
});

export const importLive = live("/quan-ly/nhap/:id/truc-tiep", { on: importPage, elements: ["tien-do", "ly-do"] });

export const cancelImport = action("/quan-ly/nhap/:id/huy", { on: importPage }, async ({ catalogue, params, t }) => {
  const cancelled = answered(await catalogue.cancelImport({ id: params.id }));
  return isRefusal(cancelled) ? cancelled : { say: t.imports.cancelled };
});

/** Stages, per cent and counts: one element, sent again as it changes. */
export function Progress({ ask, of }: { ask: FormAsk; of: Import }): VNode {
  const { t } = ask;
  const percent =
    of.state === ImportState.FINISHED ? 100 : of.sizeBytes > 0n ? Number((of.doneBytes * 100n) / of.sizeBytes) : 0;
  const { counts } = t.imports;
  const numbers: [string, bigint, boolean][] = [
    [counts.added, of.added, false],
    [counts.changed, of.changed, false],
    [counts.unchanged, of.unchanged, false],
    [counts.repaired, of.repaired, false],
    [counts.quarantined, of.quarantined, of.quarantined > 0n],
  ];
  const said =
    of.state === ImportState.FINISHED
      ? t.imports.finishedSay(Number(of.read), Number(of.quarantined))
      : t.imports.progressSay(Math.floor(percent / 10) * 10);
  return (
    <section
      class="card pad job gaptop"
      id="tien-do"
      aria-labelledby="td"
      data-say={said}
      data-done={isOpen(of) ? undefined : true}
    >
      <Steps
        label={t.imports.stagesLabel}
        names={t.imports.stages}
        now={of.state === ImportState.FINISHED ? 2 : 1}
        done={t.hold.done}
      />
      <div class="row now1">
        <h2 id="td" class="fig num">
          {t.imports.progress(percent)}
        </h2>
        <ImportStateMark t={t} state={of.state} />
        <p class="soft num grow">
          {t.imports.progressText(t.format.bytes(of.doneBytes), t.format.bytes(of.sizeBytes), Number(of.read))}
        </p>
        {isOpen(of) && (
          <Form ask={ask} target="tien-do" action={`/quan-ly/nhap/${of.id}/huy`}>
            <button class="btn d" type="submit">
              {t.imports.cancel}
            </button>
          </Form>
        )}
      </div>
      <progress max="100" value={percent} aria-labelledby="td" />
      {of.failure && (
        <Notice kind="no" title={t.imports.failed(refusalSentence(t, { code: of.failure, details: {} }))} alert />
      )}
      <dl class="nums">
        {numbers.map(([label, count, bad]) => (
          <div>
            <dt>{label}</dt>
            <dd class={bad ? "num bad" : "num"}>{t.format.number(count)}</dd>
          </div>
        ))}
      </dl>
      {Object.keys(of.encodings).length > 0 && (
        <p class="small soft num">
          {t.imports.encodings}:{" "}
          {Object.entries(of.encodings)
            .map(([name, count]) => `${name} ${t.format.number(count)}`)
            .join(", ")}
        </p>
      )}
    </section>
  );
}

/** What was set aside, by reason, the most frequent first. */
function Reasons({ ask, of }: { ask: FormAsk; of: Import }): VNode {
  const { t, path } = ask;
  const reasons = Object.entries(of.quarantineReasons).sort(([, a], [, b]) => Number(b - a));
  return (
    <section class="card gaptop stack" id="ly-do" aria-labelledby="cl">
      <h2 id="cl">{t.imports.aside(Number(of.quarantined), reasons.length)}</h2>
      {reasons.length === 0 ? (
        <p class="soft">{t.imports.noneAside}</p>
      ) : (
        <Table fit label={t.imports.reason} columns={[t.imports.reason, t.imports.records, t.imports.look]}>
          {reasons.map(([reason, count]) => (
            <tr>
              <th scope="row">{t.imports.reasons[reason] ?? reason}</th>
              <td class="num b">{t.format.number(count)}</td>
              <td class="r">
                <a href={`${t.to(path)}?ly-do=${encodeURIComponent(reason)}#tung-bieu-ghi`}>
                  {t.imports.look}
                  <span class="sr">: {t.imports.reasons[reason] ?? reason}</span>
                </a>
              </td>
            </tr>
          ))}
        </Table>
      )}
      <p class="small soft">{t.imports.asideHint}</p>
    </section>
  );
}

/** Record by record: its number in the file, the byte where it begins, why, and how it looks. */
function Quarantine({
  ask,
  records,
  reason,
}: {
  ask: FormAsk;
  records: readonly QuarantinedRecord[];
  reason: string;
}): VNode | null {
  const { t, path, query } = ask;
  const last = records.at(-1);
  if (!last) return null;
  return (
    <section class="card gaptop stack" id="tung-bieu-ghi" aria-labelledby="tbg">
      <div class="row">
        <h2 id="tbg">{reason ? (t.imports.reasons[reason] ?? reason) : t.imports.listTitle}</h2>
        {reason && (
          <a class="push" href={`${t.to(path)}#tung-bieu-ghi`}>
            {t.imports.all}
          </a>
        )}
      </div>
      <ul class="list">
        {records.map((record) => (
          <li>
            <p>
              <b>{t.imports.record(record.seq)}</b>,{" "}
              <span class="num">{t.imports.position(record.offset, record.length)}</span>
              {record.controlNumber && <span class="num">, {t.imports.control(record.controlNumber)}</span>}
            </p>
            <p>
              {t.imports.reasons[record.reason] ?? record.reason}. <span class="soft">{record.detail}</span>
            </p>
            {record.excerpt && (
              <details>
                <summary>{t.imports.excerpt}</summary>
                <pre class="raw">{record.excerpt}</pre>
              </details>
            )}
          </li>
        ))}
      </ul>
      {records.length >= pageRows && (
        <a href={`${t.to(path)}${withQuery(query, { sau: String(last.seq) })}#tung-bieu-ghi`}>{t.nav.next}</a>
      )}
    </section>
  );
}

const isOpen = ({ state }: Import) => state === ImportState.WAITING || state === ImportState.RUNNING;

const seqOf = (text: string | null) => (text && /^\d{1,18}$/.test(text) ? BigInt(text) : 0n);
