import type { TitleHit } from "@lienthong/proto/catalogue/v1/service.ts";
import type { VNode } from "preact";
import type { Texts } from "../texts/texts.ts";
import { Icon, type IconName } from "./icon.tsx";

type Look = { kind: "ok" | "info" | "wait" | "no"; icon: IconName };

/** How soon a title can be had: icon and words, never colour alone, never "0 copies". */
export function Availability({
  t,
  of: { items, available, onSite, unknown },
}: {
  t: Texts;
  of: Pick<TitleHit, "items" | "available" | "onSite" | "unknown">;
}): VNode {
  if (available > 0) return <State kind="ok" icon="ok" words={t.title.copiesLeft(available)} />;
  if (unknown > 0) return <State kind="info" icon="info" words={t.title.notKnown} />;
  if (items > onSite) return <State kind="wait" icon="wait" words={t.title.onLoan} />;
  if (onSite > 0) return <State kind="info" icon="info" words={t.title.onSite} />;
  return <State kind="no" icon="stop" words={t.title.noCopy} />;
}

/** The state of one copy. */
export function ItemState({ t, state, until }: { t: Texts; state: string; until: string | undefined }): VNode {
  const look = looks[state] ?? { kind: "info", icon: "info" };
  const words = t.title.states[state] ?? t.title.states.unknown ?? state;
  return <State {...look} words={until ? t.title.dueBack(until) : words} />;
}

export function State({ kind, icon, words }: Look & { words: string }): VNode {
  return (
    <span class={`av ${kind}`}>
      <Icon name={icon} />
      {words}
    </span>
  );
}

const looks: Record<string, Look> = {
  available: { kind: "ok", icon: "ok" },
  "on-loan": { kind: "wait", icon: "wait" },
  "in-transit": { kind: "wait", icon: "truck" },
  "on-hold-shelf": { kind: "wait", icon: "shelf" },
  "not-for-loan": { kind: "info", icon: "info" },
  withdrawn: { kind: "no", icon: "stop" },
};
