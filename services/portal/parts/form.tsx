import type { ComponentChildren, VNode } from "preact";
import { type Place, signInPath } from "./links.ts";

/** The hidden field with the request id: a form sent twice does nothing twice. */
export const requestField = "yeu-cau";

export const isRequestId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** What a form needs to know of its page. */
export type FormAsk = Place & { newRequest: () => string };
type FormProps = { ask: FormAsk; action: string; children?: ComponentChildren; class?: string; id?: string };

/** A form that leads to another page, with the request id that makes sending it twice harmless. */
export function PlainForm({ ask, action, children, class: name, id }: FormProps): VNode {
  return (
    <form method="post" action={ask.t.to(action)} class={name ?? "plainform"} id={id}>
      <input type="hidden" name={requestField} value={ask.newRequest()} />
      {children}
    </form>
  );
}

/**
 * A form whose page stays: with a script only the element `target` changes, without one the page comes back.
 * @param target id of the element that shows what came of it
 */
export function Form(props: FormProps & { target: string }): VNode {
  const { ask, target } = props;
  const { t } = ask;
  return (
    <lt-form target={target} busy={t.hold.sending} offline={t.problems.sentLater} signin={signInPath(ask)}>
      <PlainForm {...props} />
    </lt-form>
  );
}

/** Label, hint, error, input, in that order. */
export function Field(props: {
  id: string;
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
  children: (described: { id: string; "aria-describedby"?: string; "aria-invalid"?: "true" }) => VNode;
}): VNode {
  const { id, label, hint, problem, children } = props;
  const described = [hint ? `${id}-goiy` : "", problem ? `${id}-loi` : ""].filter((one) => one !== "").join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-goiy`}>
          {hint}
        </p>
      )}
      {problem && (
        <p class="err" id={`${id}-loi`}>
          {problem}
        </p>
      )}
      {children({
        id,
        ...(described ? { "aria-describedby": described } : {}),
        ...(problem ? { "aria-invalid": "true" as const } : {}),
      })}
    </div>
  );
}
