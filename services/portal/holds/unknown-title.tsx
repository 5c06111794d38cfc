import type { VNode } from "preact";
import type { Surroundings } from "../frame/ask.ts";
import { ReaderPage } from "../frame/layout.tsx";
import { Empty } from "../parts/notice.tsx";

export function UnknownTitle({ ask }: { ask: Surroundings }): VNode {
  const { t } = ask;
  return (
    <ReaderPage ask={ask} title={t.title.unknown}>
      <div class="wrap alone">
        <Empty icon="books" title={t.title.unknown} level={1}>
          <p class="soft">{t.title.unknownText}</p>
          <a class="btn s" href={t.to("/tim")}>
            {t.title.findOther}
          </a>
        </Empty>
      </div>
    </ReaderPage>
  );
}
