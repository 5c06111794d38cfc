import { type Evidence, Unreadable } from "./evidence.ts";

export type Document<Source> = { _id: string; _version?: number; _source: Source; sort?: unknown[] };
type Reply<Source> = { hits: { hits: Document<Source>[] }; _shards: { failed: number } };

/**
 * Searches the index of titles as readers do. The version is read from the reply's text, since it is beyond what a
 * JavaScript number holds exactly.
 * @throws Unreadable when the search server does not answer, or not whole
 */
export async function searched<Source>(
  evidence: Evidence,
  body: object,
): Promise<(Omit<Document<Source>, "_version"> & { version: bigint })[]> {
  const { search } = evidence.where;
  if (!search) throw new Unreadable("Nobody said where the search server is");
  const { url, headers } = withoutPassword(search.url);
  let text: string;
  try {
    const response = await fetch(`${url}/${search.index}/_search`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    text = await response.text();
    if (!response.ok) throw new Error(`it answered ${response.status} ${text.slice(0, 200)}`);
  } catch (cause) {
    throw new Unreadable(`The search server could not be read: ${(cause as Error).message}`, { cause });
  }
  const reply = JSON.parse(text, (key, value: unknown, context?: { source: string }) =>
    key === "_version" ? BigInt(context?.source ?? String(value)) : value,
  ) as Reply<Source>;
  if (reply._shards.failed > 0) throw new Unreadable("The search server could not read all of its shards");
  return reply.hits.hits.map(({ _version, ...document }) => ({ ...document, version: BigInt(_version ?? 0) }));
}

/** An address for `fetch`, which takes no password in it. */
export function withoutPassword(address: string): { url: string; headers: Record<string, string> } {
  const url = new URL(address);
  const { username, password } = url;
  if (username === "") return { url: address.replace(/\/$/, ""), headers: {} };
  url.username = "";
  url.password = "";
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
  return { url: url.href.replace(/\/$/, ""), headers: { authorization: `Basic ${basic}` } };
}
