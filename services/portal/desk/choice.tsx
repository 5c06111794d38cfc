import type { ScannedItem } from "@lienthong/proto/circulation/v1/service.ts";
import type { VNode } from "preact";
import { Form, type FormAsk } from "../parts/form.tsx";
import { Notice } from "../parts/notice.tsx";
import { codeField, itemField } from "./scan-field.tsx";

/** A code that stands on several items: the one in the hand is chosen, by mouse or by Alt and its number. */
export function Choice(props: {
  ask: FormAsk;
  action: string;
  target: string;
  code: string;
  items: readonly ScannedItem[];
}): VNode {
  const { ask, action, target, code, items } = props;
  return (
    <Notice kind="wait" title={ask.t.desk.chooseItem(code)} alert>
      {items.slice(0, 9).map((item, at) => (
        <Form ask={ask} target={target} action={action}>
          <input type="hidden" name={codeField} value={code} />
          <input type="hidden" name={itemField} value={item.id} />
          <p class="row">
            <button class="btn s sm" type="submit" data-key={`Alt ${at + 1}`}>
              <span class="work">{item.title}</span> {item.callNumber} <kbd>{`Alt ${at + 1}`}</kbd>
            </button>
          </p>
        </Form>
      ))}
    </Notice>
  );
}
