import type { ComponentChildren, VNode } from "preact";
import { Icon, type IconName } from "./icon.tsx";

export type NoticeKind = "info" | "ok" | "wait" | "no";

const icons: Record<NoticeKind, IconName> = { info: "info", ok: "ok", wait: "wait", no: "stop" };

/** What happened, what it means and what can be done, in place. An alert only where it blocks the work. */
export function Notice(props: {
  kind: NoticeKind;
  title: ComponentChildren;
  children?: ComponentChildren;
  alert?: boolean;
  id?: string;
}): VNode {
  const { kind, title, children, alert, id } = props;
  return (
    <div id={id} class={kind === "info" ? "notice" : `notice ${kind}`} role={alert ? "alert" : undefined}>
      <Icon name={icons[kind]} />
      <div>
        <p class="b">{title}</p>
        {children}
      </div>
    </div>
  );
}

/** Nothing to show: why, and the one next step. */
export function Empty({
  icon,
  title,
  children,
  level = 2,
}: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
  level?: 1 | 2;
}): VNode {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div class="card empty">
      <Icon name={icon} />
      <Heading>{title}</Heading>
      {children}
    </div>
  );
}
