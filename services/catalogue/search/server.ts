import { Client } from "@opensearch-project/opensearch";
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
  const { method, path, query, body, lines, timeoutMs = 2_000 } = request;
  try {
    const reply = await client().transport.request(
      {
        method,
        path,
        ...(query ? { querystring: query } : {}),
        ...(body ? { body: body as Record<string, unknown> } : {}),
        ...(lines ? { bulkBody: lines as Record<string, unknown>[] } : {}),
      },
      { requestTimeout: timeoutMs },
    );
    return reply.body as Reply;
  } catch (cause) {
    const { statusCode, body: answer } = cause as { statusCode?: number; body?: { error?: { type?: string } } };
    if (statusCode === undefined) throw cause;
    throw new SearchServerError(statusCode, answer?.error?.type ?? "", cause);
  }
}

/**
 * Asks on behalf of a reader.
 * @throws CallFault unavailable when the search server cannot answer at present, or has no index yet
 */
export async function askForReader<Reply>(request: Request): Promise<Reply> {
  try {
    return await ask<Reply>(request);
  } catch (cause) {
    const ours = cause instanceof SearchServerError && cause.status === 400;
    if (ours) throw cause;
    throw new CallFault("unavailable", "Search does not answer at present", { cause });
  }
}

/** Whether titles can be searched: the server answers and the index is there. */
export const searchReady = (): Promise<boolean> =>
  ask<unknown>({ method: "GET", path: `/_alias/${ownSettings().SEARCH_INDEX}` }).then(
    () => true,
    () => false,
  );
