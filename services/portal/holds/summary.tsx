import type { ComponentChildren, VNode } from "preact";
import { Cover } from "../parts/cover.tsx";
import type { Texts } from "../texts/texts.ts";

type Work = { title: string; author: string; ddc: string; publisher: string; year: string };

/** What is being held, beside the choices. */
export function Summary({ t, work, children }: { t: Texts; work: Work; children?: ComponentChildren }): VNode {
  const published = [work.publisher, work.year].filter((part) => part !== "").join(", ");
  return (
    <aside class="card pad sum" aria-label={t.hold.summary}>
      <Cover work={work} />
      <div>
        <p class="work">{work.title}</p>
        <p class="small soft">{[work.author, published].filter((part) => part !== "").join(". ")}</p>
      </div>
      <dl class="kv small">
        <dt>{t.hold.copy}</dt>
        <dd>{t.hold.anyCopy}</dd>
        {children}
      </dl>
      <p class="small soft">{t.hold.cancelAnyTime}</p>
    </aside>
  );
}
