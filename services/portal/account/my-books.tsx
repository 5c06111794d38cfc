import type { Hold, Loan } from "@lienthong/proto/circulation/v1/service.ts";
import { HoldState } from "@lienthong/proto/circulation/v1/states.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { VNode } from "preact";
import { action } from "../frame/action.ts";
import type { Answered } from "../frame/ask.ts";
import { ReaderPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { isOpen, journeyStep } from "../holds/journey.ts";
import { State } from "../parts/availability.tsx";
import { Cover } from "../parts/cover.tsx";
import { Form, type FormAsk } from "../parts/form.tsx";
import { Empty, Notice } from "../parts/notice.tsx";
import { Steps } from "../parts/steps.tsx";
import { daysBetween } from "../texts/formats.ts";
import { refusalSentence, type Texts } from "../texts/texts.ts";

type RowAsk = FormAsk & { now: Date; refused: Answered | undefined };

/** `/sach-cua-toi`: what waits for pick-up, then what is due first, then what is on its way. */
export const myBooksPage = page("/sach-cua-toi", { for: "patron" }, async (ask) => {
  const { t, now } = ask;
  const account = await ask.circulation.myAccount({});
  const loans = account.loans.toSorted((a, b) => (a.dueAt?.getTime() ?? 0) - (b.dueAt?.getTime() ?? 0));
  const holds = account.holds
    .filter((hold) => isOpen(hold.state))
    .toSorted((a, b) => journeyStep(b.state) - journeyStep(a.state));
  return (
    <ReaderPage ask={{ ...ask, refused: undefined }} title={t.mine.title}>
      <div class="wrap mine" id="cua-toi">
        <div class="row hd0">
          <h1>{t.mine.title}</h1>
        </div>
        <div class="stack-l">
          {holds
            .filter((hold) => hold.state === HoldState.READY)
            .map((hold) => (
              <Notice kind="ok" title={t.mine.waiting(hold.title)}>
                <p>{pickUp(t, hold, now)}</p>
              </Notice>
            ))}
          {loans.length === 0 && holds.length === 0 ? (
            <Empty icon="books" title={t.mine.nothing}>
              <p class="soft">{t.mine.nothingText}</p>
              <a class="btn s" href={t.to("/tim")}>
                {t.nav.findBooks}
              </a>
            </Empty>
          ) : (
            <>
              <Loans ask={ask} loans={loans} />
              <Holds ask={ask} holds={holds} />
            </>
          )}
        </div>
      </div>
    </ReaderPage>
  );
});

export const renewLoan = action(
  "/sach-cua-toi/:loan/gia-han",
  { on: myBooksPage },
  async ({ circulation, params, t, now }) => {
    const renewed = answered(await circulation.renew({ loanId: params.loan }));
    if (isRefusal(renewed)) return renewed;
    return { say: t.mine.renewed(renewed.dueAt ? t.format.nearDay(renewed.dueAt, now) : "", renewed.renewalsLeft) };
  },
);

export const cancelHold = action("/sach-cua-toi/:hold/huy", { on: myBooksPage }, async ({ circulation, params, t }) => {
  const cancelled = answered(await circulation.cancelHold({ holdId: params.hold }));
  return isRefusal(cancelled) ? cancelled : { say: t.mine.cancelled(cancelled.title) };
});

function Loans({ ask, loans }: { ask: RowAsk; loans: readonly Loan[] }): VNode | null {
  if (loans.length === 0) return null;
  return (
    <section aria-labelledby="m1" class="stack">
      <h2 id="m1">
        {ask.t.mine.loans} <span class="tag">{loans.length}</span>
      </h2>
      <ul class="card list">
        {loans.map((loan) => (
          <LoanRow ask={ask} loan={loan} />
        ))}
      </ul>
    </section>
  );
}

function LoanRow({ ask, loan }: { ask: RowAsk; loan: Loan }): VNode {
  const { t, now } = ask;
  const refusal = ask.refused?.params.loan === loan.id ? ask.refused.refusal : undefined;
  const due = loan.dueAt;
  const days = due ? daysBetween(now, due) : 99;
  return (
    <li class="ln" id={`muon-${loan.id}`}>
      <Cover work={{ ...loan, ddc: "" }} size="sm" />
      <div>
        <p class="work">
          <a class="plain" href={t.to(`/an-pham/${loan.titleId}`)}>
            {loan.title}
          </a>
        </p>
        <p class="small soft">{loan.author}</p>
        <p class="small muted">
          {loan.renewalsLeft > 0 && `${t.mine.renewalsLeft(loan.renewalsLeft)}. `}
          {t.mine.anywhere}.
        </p>
      </div>
      <div class="due">
        {loan.overdue ? (
          <State kind="no" icon="late" words={t.mine.overdueBy(-days)} />
        ) : (
          <State
            kind={days <= 2 ? "wait" : "ok"}
            icon={days <= 2 ? "wait" : "ok"}
            words={t.mine.due(due ? t.format.nearDay(due, now) : "")}
          />
        )}
      </div>
      {refusal || loan.renewalsLeft === 0 ? (
        <span class="small soft nore" role={refusal ? "alert" : undefined}>
          {refusal ? refusalSentence(t, refusal) : t.mine.renewalsLeft(0)}
        </span>
      ) : (
        <Form ask={ask} target={`muon-${loan.id}`} action={`/sach-cua-toi/${loan.id}/gia-han`}>
          <button class="btn s sm" type="submit">
            {t.mine.renew}
            <span class="sr">: {loan.title}</span>
          </button>
        </Form>
      )}
    </li>
  );
}

function Holds({ ask, holds }: { ask: RowAsk; holds: readonly Hold[] }): VNode {
  const { t } = ask;
  return (
    <section aria-labelledby="m2" class="stack">
      <h2 id="m2">
        {t.mine.holds} <span class="tag">{holds.length}</span>
      </h2>
      {holds.length === 0 ? (
        <p class="soft">{t.mine.noHolds}</p>
      ) : (
        <ul class="card list">
          {holds.map((hold) => (
            <HoldRow ask={ask} hold={hold} />
          ))}
        </ul>
      )}
    </section>
  );
}

function HoldRow({ ask, hold }: { ask: RowAsk; hold: Hold }): VNode {
  const { t, now } = ask;
  const refusal = ask.refused?.params.hold === hold.id ? ask.refused.refusal : undefined;
  return (
    <li class="hd" id={`dat-${hold.id}`}>
      <Cover work={{ ...hold, ddc: "" }} size="sm" />
      <div class="stack">
        <div class="row top">
          <div>
            <p class="work">
              <a class="plain" href={t.to(`/an-pham/${hold.titleId}`)}>
                {hold.title}
              </a>
            </p>
            <p class="small soft">{hold.author}</p>
          </div>
          <span class="push row">
            {hold.state === HoldState.READY && <span class="tag ok">{t.hold.states[hold.state]}</span>}
            <Form ask={ask} target="cua-toi" action={`/sach-cua-toi/${hold.id}/huy`}>
              <button class="btn q sm" type="submit">
                {t.mine.cancel}
                <span class="sr">: {hold.title}</span>
              </button>
            </Form>
          </span>
        </div>
        {refusal && <Notice kind="no" title={refusalSentence(t, refusal)} alert />}
        <Steps label={t.hold.steps} names={t.hold.journey} now={journeyStep(hold.state)} done={t.hold.done} />
        <p class="small">{holdSentence(t, hold, now)}</p>
      </div>
    </li>
  );
}

/** Where it is and what comes next, as one sentence. */
function holdSentence(t: Texts, hold: Hold, now: Date): string {
  if (hold.state === HoldState.READY) return pickUp(t, hold, now);
  if (hold.state === HoldState.IN_TRANSIT) return t.mine.onTheWay(hold.pickupBranchName);
  if (hold.state === HoldState.TARGETED) return `${t.mine.beingPicked} ${t.mine.toPickUp(hold.pickupBranchName)}`;
  return [hold.position > 0 ? t.hold.position(hold.position) : "", t.mine.toPickUp(hold.pickupBranchName)]
    .join(" ")
    .trim();
}

const pickUp = (t: Texts, hold: Hold, now: Date) =>
  hold.readyUntil
    ? t.mine.pickUp(hold.pickupBranchName, t.format.nearDay(hold.readyUntil, now))
    : t.mine.pickUpSoon(hold.pickupBranchName);
