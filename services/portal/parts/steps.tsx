import type { VNode } from "preact";

/** Steps along the thread: what is done, what is now, what comes. */
export function Steps({
  label,
  names,
  now,
  done,
}: {
  label: string;
  names: readonly string[];
  now: number;
  done: string;
}): VNode {
  return (
    <ol class="steps" aria-label={label}>
      {names.map((name, at) => (
        <li class={at < now ? "done" : at === now ? "now" : ""} aria-current={at === now ? "step" : undefined}>
          {name}
          {at < now && <span class="sr">{done}</span>}
        </li>
      ))}
    </ol>
  );
}
