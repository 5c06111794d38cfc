import type { Policy } from "@lienthong/proto/circulation/v1/service.ts";
import { answered, isRefusal } from "@lienthong/rpc/refusal.ts";
import type { VNode } from "preact";
import { action } from "../frame/action.ts";
import type { Answered, Ask } from "../frame/ask.ts";
import { StaffPage } from "../frame/layout.tsx";
import { page } from "../frame/page.ts";
import { Field, Form } from "../parts/form.tsx";
import { Empty } from "../parts/notice.tsx";
import type { Texts } from "../texts/texts.ts";

const numberFields = ["loanLimit", "loanDays", "renewals", "holdLimit", "shelfDays"] as const;
type NumberField = (typeof numberFields)[number];

// Wide enough for every library known, narrow enough to catch a slip of the finger.
const limits: Record<NumberField, [number, number]> = {
  loanLimit: [0, 1000],
  loanDays: [0, 366],
  renewals: [0, 50],
  holdLimit: [0, 1000],
  shelfDays: [1, 60],
};

/** `/quan-ly/chinh-sach`: each rule as the sentence it makes, and its numbers to change. */
export const policiesPage = page(
  "/quan-ly/chinh-sach",
  { for: "manager", place: { group: "staffWork", label: (t) => t.policies.title, icon: "rules" } },
  async (ask) => {
    const { t } = ask;
    const { policies } = await ask.circulation.listPolicies({ libraryId: ask.staff.libraryId });
    return (
      <StaffPage ask={ask} title={t.policies.title}>
        <div class="stack-l" id="chinh-sach">
          <h1>{t.policies.title}</h1>
          {policies.length === 0 ? (
            <Empty icon="rules" title={t.policies.none}>
              <p class="soft">{t.policies.noneText}</p>
            </Empty>
          ) : (
            policies.map((policy) => <Rule ask={ask} policy={policy} />)
          )}
        </div>
      </StaffPage>
    );
  },
);

export const setPolicy = action(
  "/quan-ly/chinh-sach/:category/:type",
  { on: policiesPage },
  async ({ circulation, params, form, staff, t }) => {
    const read = readPolicy(form, t, ruleId(params));
    if ("problems" in read) return read;
    const saved = answered(
      await circulation.setPolicy({
        policy: {
          libraryId: staff.libraryId,
          category: params.category,
          itemType: params.type,
          ...read.numbers,
          forLoan: form.has("forLoan"),
        },
      }),
    );
    return isRefusal(saved) ? saved : { say: t.policies.saved };
  },
);

function Rule({ ask, policy }: { ask: Ask<string, "manager">; policy: Policy }): VNode {
  const { t } = ask;
  const id = ruleId({ category: policy.category, type: policy.itemType });
  const kept: Answered | undefined = ask.refused && ruleId(ask.refused.params) === id ? ask.refused : undefined;
  return (
    <section class="card rule" id={id} aria-labelledby={`${id}-ten`}>
      <h2 id={`${id}-ten`}>{sentence(t, policy)}</h2>
      <Form
        ask={ask}
        target={id}
        action={`/quan-ly/chinh-sach/${encodeURIComponent(policy.category)}/${encodeURIComponent(policy.itemType)}`}
      >
        {numberFields.map((field) => (
          <Field id={`${id}-${field}`} label={t.policies.fields[field]} problem={kept?.problems[`${id}-${field}`]}>
            {(described) => (
              <input
                class="input num"
                name={field}
                inputMode="numeric"
                autoComplete="off"
                value={kept?.form.get(field) ?? String(policy[field])}
                {...described}
              />
            )}
          </Field>
        ))}
        <label class="check">
          <input
            type="checkbox"
            id={`${id}-forLoan`}
            name="forLoan"
            checked={kept ? kept.form.has("forLoan") : policy.forLoan}
          />
          <span>{t.policies.fields.forLoan}</span>
        </label>
        <button class="btn s" type="submit">
          {t.policies.save}
          <span class="sr">: {sentence(t, policy)}</span>
        </button>
      </Form>
    </section>
  );
}

/** Numbers as typed, or what is wrong with which. */
function readPolicy(
  form: URLSearchParams,
  t: Texts,
  id: string,
): { numbers: Record<NumberField, number> } | { problems: Record<string, string> } {
  const problems: Record<string, string> = {};
  const numbers = { loanLimit: 0, loanDays: 0, renewals: 0, holdLimit: 0, shelfDays: 0 };
  for (const field of numberFields) {
    const [least, to] = limits[field];
    // What may be taken home may be kept for a day at least.
    const from = field === "loanDays" && form.has("forLoan") ? 1 : least;
    const typed = (form.get(field) ?? "").trim();
    const value = Number(typed);
    if (!/^\d{1,4}$/.test(typed) || value < from || value > to) {
      problems[`${id}-${field}`] = t.policies.wholeNumber(t.policies.fields[field], from, to);
    }
    numbers[field] = value;
  }
  return Object.keys(problems).length > 0 ? { problems } : { numbers };
}

function sentence(t: Texts, policy: Policy): string {
  const category =
    policy.category === "*"
      ? t.policies.anyCategory
      : (t.categories[policy.category.replace("PATRON_CATEGORY_", "")] ?? policy.category);
  const type =
    policy.itemType === "*"
      ? t.policies.anyType
      : (t.itemTypes[policy.itemType] ?? t.kinds[policy.itemType] ?? policy.itemType);
  return policy.forLoan
    ? t.policies.sentence(category, type, policy.loanLimit, policy.loanDays, policy.renewals)
    : t.policies.onSite(category, type);
}

const ruleId = ({ category = "", type = "" }: Record<string, string>) =>
  `rule-${`${category}-${type}`.replaceAll("*", "all").replaceAll(/[^\w-]/g, "_")}`;
