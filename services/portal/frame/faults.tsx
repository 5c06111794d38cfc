import type { FaultKind } from "@lienthong/rpc/fault.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { VNode } from "preact";
import { Notice, type NoticeKind } from "../parts/notice.tsx";
import { signInPath } from "../parts/links.ts";
import type { Texts } from "../texts/texts.ts";
import type { Surroundings } from "./ask.ts";
import { ReaderPage } from "./layout.tsx";
import { fragmentOf, sendTree } from "./reply.ts";
import type { SiteParts } from "./site-parts.ts";
import { surroundingsOf } from "./surroundings.ts";

/** Why a page cannot be shown or a form was not taken, in words and with a way out. */
export type Trouble = { status: number; kind: NoticeKind; title: string; text: string; signIn?: boolean };

/**
 * Answers with the trouble: a page of its own, or where a script asked for one element, the note alone.
 * @param ask what is known of the caller, where that was found out already
 */
export async function sendTrouble(
  request: FastifyRequest,
  reply: FastifyReply,
  trouble: Trouble,
  parts: Pick<SiteParts, "assets" | "places">,
  ask: Surroundings = surroundingsOf(request, parts),
): Promise<FastifyReply> {
  const Shape = fragmentOf(request) === undefined ? TroublePage : TroubleNote;
  if (trouble.status === 503) void reply.header("retry-after", "2");
  return sendTree(request, reply, trouble.status, <Shape ask={ask} trouble={trouble} />);
}

/** @param reference under which operations find a fault of ours */
export function troubleOf(t: Texts, kind: FaultKind, reference: string): Trouble {
  const { problems } = t;
  switch (kind) {
    case "no-token":
      return { status: 401, kind: "info", title: problems.needSignIn, text: problems.needSignInText, signIn: true };
    case "not-allowed":
      return {
        status: 403,
        kind: "no",
        title: problems.notAllowed,
        text: problems.notAllowedText(problems.audiences.desk ?? ""),
      };
    case "not-found":
      return { status: 404, kind: "info", title: problems.notFound, text: problems.notFoundText };
    case "bad-input":
    case "request-id-reused":
      return { status: 400, kind: "no", title: problems.badRequest, text: problems.badRequestText };
    case "busy":
      return { status: 503, kind: "wait", title: problems.busy, text: problems.busyText };
    case "unavailable":
    case "too-late":
      return { status: 503, kind: "wait", title: problems.unavailable, text: problems.unavailableText };
    case "fault":
      return { status: 500, kind: "no", title: problems.fault, text: problems.faultText(reference) };
  }
}

export function TroubleNote({ ask, trouble }: { ask: Surroundings; trouble: Trouble }): VNode {
  return (
    <Notice id="lt-trouble" kind={trouble.kind} title={trouble.title} alert>
      <p>{trouble.text}</p>
      {trouble.signIn && (
        <p>
          <a href={signInPath(ask)}>{ask.t.nav.signIn}</a>
        </p>
      )}
    </Notice>
  );
}

export function TroublePage({ ask, trouble }: { ask: Surroundings; trouble: Trouble }): VNode {
  const { t } = ask;
  return (
    <ReaderPage ask={ask} title={trouble.title}>
      <div class="wrap alone stack-l">
        <h1 class="sr">{trouble.title}</h1>
        <TroubleNote ask={ask} trouble={trouble} />
        <p>
          <a href={t.to("/")}>{t.problems.home}</a>
        </p>
      </div>
    </ReaderPage>
  );
}
