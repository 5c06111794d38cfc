import { Client } from "@opensearch-project/opensearch";
import { breaker } from "@lienthong/rpc/breaker.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { once } from "@lienthong/service/settings.ts";
import { ownSettings } from "../settings.ts";

const client = once(() => new Client({ node: ownSettings().OPENSEARCH_URL, maxRetries: 1 }));

/** A request to the search server; the body of a bulk is a list of lines. */
export type Request = {
  method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  path: string;
  query?: Record<string, string>;
  body?: object;
  lines?: readonly object[];
  timeoutMs?: number;
  /** How often it is tried again when there is no answer. */
  retries?: number;
};

/** The search server answered with an error. */
export class SearchServerError extends Error {
  readonly status: number;
  readonly type: string;
  constructor(status: number, type: string, cause: unknown) {
    super(`The search server answered ${status} ${type}`, { cause });
    this.status = status;
    this.type = type;
  }
}

/**
 * Asks the search server.
 * @throws SearchServerError for an answer that is an error; any other error when there is no answer in time
 */
export async function ask<Reply>(request: Request): Promise<Reply> {
  const { method, path, query, body, lines, timeoutMs = 2_000, retries = 1 } = request;
  try {
    const reply = await client().transport.request(
      {
        method,
        path,
        ...(query ? { querystring: query } : {}),
        ...(body ? { body: body as Record<string, unknown> } : {}),
        ...(lines ? { bulkBody: lines as Record<string, unknown>[] } : {}),
      },
      { requestTimeout: timeoutMs, maxRetries: retries },
    );
    return reply.body as Reply;
  } catch (cause) {
    const { statusCode, body: answer } = cause as { statusCode?: number; body?: { error?: { type?: string } } };
    if (statusCode === undefined) throw cause;
    throw new SearchServerError(statusCode, answer?.error?.type ?? "", cause);
  }
}

// A reader waits this long at most before there is an answer of another kind.
const readerTimeoutMs = 1_800;

const forReaders = breaker({
  failuresMax: 3,
  restMs: 2_000,
  isAway: (error) => !(error instanceof SearchServerError) || error.status >= 500,
  refusal: () => new Error("The search server did not answer several times in a row and is left alone for a while"),
});

/**
 * Asks on behalf of a reader. A part of the index is not taken for the whole.
 * @throws CallFault unavailable when the search server cannot answer at present, or has no index that can be asked
 */
export async function askForReader<Reply>(request: Omit<Request, "query" | "timeoutMs" | "retries">): Promise<Reply> {
  const query = { allow_partial_search_results: "false" };
  try {
    return await forReaders.ask(() => ask<Reply>({ ...request, query, timeoutMs: readerTimeoutMs, retries: 0 }));
  } catch (cause) {
    throw new CallFault("unavailable", "Search does not answer at present", { cause });
  }
}

/** Whether titles can be searched: the server answers and the index is there. */
export const searchReady = (): Promise<boolean> =>
  ask<unknown>({ method: "GET", path: `/_alias/${ownSettings().SEARCH_INDEX}` }).then(
    () => true,
    () => false,
  );
