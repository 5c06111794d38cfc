import type { PatronAccount } from "@lienthong/proto/circulation/v1/service.ts";
import { HoldState } from "@lienthong/proto/circulation/v1/states.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { VNode } from "preact";
import { action } from "../frame/action.ts";
import type { Acting, Ask } from "../frame/ask.ts";
import { initials, StaffPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { Form } from "../parts/form.tsx";
import { State } from "../parts/availability.tsx";
import { isRequestId as isUuid } from "../parts/form.tsx";
import { Icon } from "../parts/icon.tsx";
import { Notice } from "../parts/notice.tsx";
import { Table } from "../parts/table.tsx";
import type { Turn, TurnAnswer } from "../session/desk-turns.ts";
import { refusalSentence, type Texts } from "../texts/texts.ts";
import { Choice } from "./choice.tsx";
import { ScanField, scanOf } from "./scan-field.tsx";

type DeskAsk = Ask<string, "desk">;

/** `/quay/muon?luot=…`: a card opens a turn, every item scanned after it is lent. The scan commits; there is no other step. */
export const checkOutPage = page(
  "/quay/muon",
  { for: "desk", place: { group: "desk", label: (t) => t.desk.checkOut, icon: "scan", key: "F2" } },
  async (ask) => {
    const { t } = ask;
    const turn = await turnOf(ask);
    const [account, name] = turn?.personId
      ? await Promise.all([accountOf(ask, turn.personId), nameOf(ask, turn.personId)])
      : [];
    return (
      <StaffPage ask={{ ...ask, refused: undefined }} title={t.desk.checkOutTitle}>
        <h1 class="sr">{t.desk.checkOutTitle}</h1>
        <ScanField
          ask={ask}
          target="quay"
          action={`/quay/muon/quet${turn ? `?luot=${turn.id}` : ""}`}
          label={turn ? t.desk.scanItemOrCard : t.desk.scanCard}
        />
        <div id="quay" class={turn ? "dgrid" : "dgrid one"}>
          {turn ? (
            <>
              <Patron t={t} account={account} name={name} />
              <ThisTurn ask={ask} turn={turn} />
            </>
          ) : (
            <section class="card ses">
              {ask.refused?.refusal && <Notice kind="no" title={refusalSentence(t, ask.refused.refusal)} alert />}
              <p>{t.desk.startHint}</p>
              <p class="small soft">{t.desk.scanNote}</p>
            </section>
          )}
        </div>
      </StaffPage>
    );
  },
);

export const scanToLend = action("/quay/muon/quet", { on: checkOutPage }, async (ask) => {
  const { code, itemId } = scanOf(ask.form);
  const turn = await turnOf(ask);
  if (!turn?.cardNumber) return beginWith(ask, code);
  const result = answered(
    await ask.circulation.checkOut({ cardNumber: turn.cardNumber, barcode: itemId ? "" : code, itemId }),
  );
  // A card scanned in the middle of a turn is the next reader.
  if (isRefusal(result) && result.refused.code.endsWith("/item-unknown") && !itemId) {
    const next = await beginWith(ask, code);
    if (!isRefusal(next)) return next;
  }
  const noted = { requestId: ask.requestId, code };
  if (isRefusal(result)) {
    await ask.turns.note("check-out", { ...noted, is: "refused", refusal: result.refused }, turn.id);
    return result;
  }
  if ("items" in result) {
    await ask.turns.note("check-out", { ...noted, is: "choice", items: result.items }, turn.id);
    return { say: ask.t.desk.chooseItem(code) };
  }
  await ask.turns.note("check-out", { ...noted, is: "lent", loan: result }, turn.id);
  return { say: ask.t.desk.lentSay(result.title, result.dueAt ? ask.t.format.day(result.dueAt) : "") };
});

export const finishTurn = action("/quay/muon/xong", { on: checkOutPage }, async (ask) => {
  const turn = await turnOf(ask);
  if (turn) await ask.turns.end("check-out", turn.id);
  return { seeOther: "/quay/muon" };
});

async function beginWith(ask: Acting<string, "desk">, cardNumber: string) {
  const card = answered(await ask.identity.resolveCard({ cardNumber }));
  if (isRefusal(card)) return card;
  const id = await ask.turns.begin("check-out", { cardNumber, personId: card.personId });
  return { seeOther: `/quay/muon?luot=${id}` };
}

async function turnOf(ask: Pick<DeskAsk, "query" | "turns">): Promise<Turn | undefined> {
  const id = ask.query.get("luot") ?? "";
  return isUuid(id) ? ask.turns.open("check-out", id) : undefined;
}

async function accountOf(ask: DeskAsk, personId: string): Promise<PatronAccount | undefined> {
  const account = answered(await ask.circulation.patronAccount({ personId }));
  return isRefusal(account) ? undefined : account;
}

/** The name is asked for where it is shown, and nowhere kept; lending goes on without it. */
const nameOf = (ask: DeskAsk, personId: string): Promise<string | undefined> =>
  ask.identity.getNames({ personIds: [personId] }).then(
    ({ names }) => names[0]?.fullName,
    () => undefined,
  );

function Patron({
  t,
  account,
  name,
}: {
  t: Texts;
  account: PatronAccount | undefined;
  name: string | undefined;
}): VNode {
  const overdue = account?.loans.filter((loan) => loan.overdue).length ?? 0;
  const ready = account?.holds.filter((hold) => hold.state === HoldState.READY) ?? [];
  return (
    <section class="card pat" aria-labelledby="bd">
      <div class="row ph">
        <span class="face" aria-hidden="true">
          {initials(name ?? "?")}
        </span>
        <h2 id="bd">{name ?? t.desk.namesDown}</h2>
      </div>
      {account && (
        <>
          <div class="row">
            {account.blocked ? (
              <span class="tag no">{t.desk.blocked}</span>
            ) : (
              <span class="tag ok">
                <Icon name="tick" />
                {t.desk.mayBorrow}
              </span>
            )}
            <span class="tag">
              {t.format.capital(t.categories[account.category.replace("PATRON_CATEGORY_", "")] ?? account.category)}
            </span>
          </div>
          <dl class="kv">
            <dt>{t.desk.onLoan}</dt>
            <dd class="num">{t.desk.ofLimit(account.loans.length, account.loanLimit)}</dd>
            {overdue > 0 && (
              <>
                <dt>{t.desk.overdue}</dt>
                <dd class="num bad">{t.desk.items(overdue)}</dd>
              </>
            )}
          </dl>
          {ready.length > 0 && (
            <Notice kind="wait" title={t.desk.waitingHere(ready.length)}>
              {ready.slice(0, 5).map((hold) => (
                <p class="work">{hold.title}</p>
              ))}
            </Notice>
          )}
        </>
      )}
    </section>
  );
}

function ThisTurn({ ask, turn }: { ask: DeskAsk; turn: Turn }): VNode {
  const { t } = ask;
  const [newest] = turn.answers;
  const lent = turn.answers.filter((answer) => answer.is === "lent");
  const { columns } = t.desk;
  return (
    <section class="card ses" aria-labelledby="lm">
      <div class="row">
        <h2 id="lm">{t.desk.thisTurn(lent.length)}</h2>
        <span class="soft small">{t.desk.since(t.format.time(turn.begunAt))}</span>
        <span class="push">
          <Form ask={ask} target="quay" action={`/quay/muon/xong?luot=${turn.id}`}>
            <button class="btn p" type="submit" data-key="Escape">
              {t.desk.finish} <kbd>Esc</kbd>
            </button>
          </Form>
        </span>
      </div>
      {newest && <Trouble ask={ask} turn={turn} answer={newest} />}
      {lent.length > 0 && (
        <Table label={t.desk.turn} columns={[columns.title, columns.due, columns.result, columns.code]}>
          {lent.map(({ loan, code, requestId }) => (
            <tr class={requestId === newest?.requestId ? "new" : undefined}>
              <th scope="row">
                <span class="work">{loan.title}</span>
              </th>
              <td class="num nowrap">{loan.dueAt && t.format.day(loan.dueAt)}</td>
              <td class="nowrap">
                <State kind="ok" icon="ok" words={t.desk.lent} />
              </td>
              <td class="num nowrap">{loan.barcode || code}</td>
            </tr>
          ))}
        </Table>
      )}
      <p class="small soft">{t.desk.scanNote}</p>
    </section>
  );
}

/** What the newest scan was refused for, or has to be decided about it: in place, under the scan field. */
function Trouble({ ask, turn, answer }: { ask: DeskAsk; turn: Turn; answer: TurnAnswer }): VNode | null {
  const { t } = ask;
  if (answer.is === "refused") {
    return (
      <Notice kind="no" title={t.desk.refusedItem(answer.code)} alert>
        <p>{refusalSentence(t, answer.refusal)}</p>
      </Notice>
    );
  }
  if (answer.is !== "choice") return null;
  return (
    <Choice
      ask={ask}
      target="quay"
      action={`/quay/muon/quet?luot=${turn.id}`}
      code={answer.code}
      items={answer.items}
    />
  );
}
