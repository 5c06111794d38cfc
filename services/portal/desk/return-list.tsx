import { CheckInStep } from "@lienthong/proto/circulation/v1/service.ts";
import type { CheckedIn, CheckInResponse, ReceiveTransitResponse } from "@lienthong/proto/circulation/v1/service.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { VNode } from "preact";
import type { Done } from "../frame/action.ts";
import type { Acting, Ask } from "../frame/ask.ts";
import { State } from "../parts/availability.tsx";
import { Empty } from "../parts/notice.tsx";
import { Table } from "../parts/table.tsx";
import type { Turn, TurnAnswer, TurnKind } from "../session/desk-turns.ts";
import { refusalSentence, type Texts } from "../texts/texts.ts";
import { Choice } from "./choice.tsx";
import { scanOf } from "./scan-field.tsx";

type DeskAsk = Ask<string, "desk">;
type Scanned = CheckInResponse | ReceiveTransitResponse;

/** Checks in what was scanned, by the call that the page stands for, and notes where it goes. */
export async function checkInScan(
  ask: Acting<string, "desk">,
  kind: TurnKind,
  call: (ask: { barcode: string; itemId: string; branchId: string }) => Promise<Scanned>,
): Promise<Done> {
  const { code, itemId } = scanOf(ask.form);
  const result = answered(await call({ barcode: itemId ? "" : code, itemId, branchId: "" }));
  const noted = { requestId: ask.requestId, code };
  if (isRefusal(result)) {
    await ask.turns.note(kind, { ...noted, is: "refused", refusal: result.refused });
    return result;
  }
  if ("items" in result) {
    await ask.turns.note(kind, { ...noted, is: "choice", items: result.items });
    return { say: ask.t.desk.chooseItem(code) };
  }
  await ask.turns.note(kind, { ...noted, is: "checked-in", checkedIn: result });
  return { say: ask.t.desk.returnedSay(wayOf(ask.t, result).heading, result.item?.title ?? "") };
}

/** The last result, very large: where this one goes. Then the others of this pile. */
export function ReturnList({
  ask,
  turn,
  action,
  target,
  hint,
  returns,
}: {
  ask: DeskAsk;
  turn: Turn | undefined;
  action: string;
  target: string;
  hint: string;
  /** Items are given back here, so that one without a loan is worth a word. */
  returns?: boolean;
}): VNode {
  const { t } = ask;
  const [newest, ...others] = turn?.answers ?? [];
  if (!newest) {
    return (
      <Empty icon="scan" title={t.desk.nothingScanned}>
        <p class="soft">{hint}</p>
      </Empty>
    );
  }
  const { columns } = t.desk;
  return (
    <div class="stack-l">
      {newest.is === "choice" ? (
        <Choice ask={ask} target={target} action={action} code={newest.code} items={newest.items} />
      ) : (
        <Newest t={t} answer={newest} returns={returns === true} />
      )}
      {others.length > 0 && (
        <section class="card">
          <Table label={t.desk.turn} columns={[columns.title, columns.result, columns.to, columns.code, columns.time]}>
            {others.map((answer) => (
              <Row t={t} answer={answer} />
            ))}
          </Table>
        </section>
      )}
    </div>
  );
}

function Newest({ t, answer, returns }: { t: Texts; answer: TurnAnswer; returns: boolean }): VNode {
  if (answer.is !== "checked-in") {
    const sentence = answer.is === "refused" ? refusalSentence(t, answer.refusal) : "";
    return (
      <section class="card big no" role="alert">
        <strong>{t.desk.refusedReturn(answer.code)}</strong>
        <p>{sentence}</p>
      </section>
    );
  }
  const { item, daysLate, returned } = answer.checkedIn;
  const { heading, text, look } = wayOf(t, answer.checkedIn);
  return (
    <section class={`card big ${look}`}>
      <strong>{heading}</strong>
      <p>{text}</p>
      <p class="work">{item?.title}</p>
      <p class="small soft num">
        {[answer.code, daysLate > 0 ? t.desk.late(daysLate) : "", returned || !returns ? "" : t.desk.notOnLoan]
          .filter((part) => part !== "")
          .join(", ")}
      </p>
    </section>
  );
}

function Row({ t, answer }: { t: Texts; answer: TurnAnswer }): VNode {
  const way = answer.is === "checked-in" ? wayOf(t, answer.checkedIn) : undefined;
  const title =
    answer.is === "checked-in"
      ? answer.checkedIn.item?.title
      : answer.is === "refused"
        ? refusalSentence(t, answer.refusal)
        : "";
  return (
    <tr>
      <th scope="row">
        <span class={way ? "work" : undefined}>{title}</span>
      </th>
      <td class="nowrap">
        {way ? (
          <State kind={way.look} icon={icons[way.look]} words={way.step} />
        ) : (
          <State kind="no" icon="stop" words="" />
        )}
      </td>
      <td>{way && ("to" in way ? way.to : way.text)}</td>
      <td class="num nowrap">{answer.code}</td>
      <td class="num">{t.format.time(answer.at)}</td>
    </tr>
  );
}

const icons = { ok: "ok", wait: "shelf", info: "truck" } as const;

/** Where an item goes from here, in the words of the desk. */
function wayOf(t: Texts, { step, toBranchName, toLibraryName, readyUntil, item }: CheckedIn) {
  const named = t.desk.steps[step] ?? "";
  if (step === CheckInStep.SEND) {
    const place = t.desk.sendTo(toBranchName, toLibraryName);
    return { look: "info", step: named, heading: `→ ${place}`, text: named, to: place } as const;
  }
  if (step === CheckInStep.HOLD_SHELF) {
    return {
      look: "wait",
      step: named,
      heading: named,
      text: readyUntil ? t.desk.keepUntil(t.format.day(readyUntil)) : "",
    } as const;
  }
  return { look: "ok", step: named, heading: named, text: t.desk.shelveAt(item?.callNumber ?? "") } as const;
}
