import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { until } from "@lienthong/testing/until.ts";
import { clientToken } from "../deploy/sample-world/client-token.ts";
import type { Surroundings } from "./surroundings.ts";

export type Imported = {
  id: string;
  state: string;
  read: number;
  added: number;
  changed: number;
  unchanged: number;
  quarantined: number;
  quarantineReasons: Record<string, number>;
  failure: string;
};
export type CheckedIn = { step: string; toLibraryName: string; holdId: string };
export type Found = { hits: { id: string; title: string; items: number; available: number }[] };
export type Opened = { copies: { library: string; barcode: string; state: string }[] };
export type SetAside = { seq: number; offset: number; reason: string; detail: string };
/** What is not done, as RFC 9457 has it, with the details of a refusal. */
export type Problem = { status: number; code: string; details?: Record<string, string> };

const ended = (one: Imported | Problem) => !("state" in one) || !["waiting", "running"].includes(one.state);
const importMsMax = 600_000;

/** The REST doors in the name of the sample programs: a desk and a cataloguer. */
export type Api = {
  /** Hands a file to a library's import and waits for its end; a refusal is given back. */
  importFile(libraryId: string, name: string, file: string | Uint8Array): Promise<Imported | Problem>;
  quarantine(libraryId: string, importId: string): Promise<{ records: SetAside[] } | Problem>;
  checkIn(libraryId: string, barcode: string): Promise<CheckedIn | Problem>;
  /** @param libraryId where the reader would collect it */
  cancelHold(libraryId: string, holdId: string): Promise<object | Problem>;
  search(words: string): Promise<Found | Problem>;
  title(id: string): Promise<Opened | Problem>;
};

// Tokens live for a minute.
const tokenMs = 40_000;

export function openApi({ gatewayUrl, realmUrl, secretOf }: Surroundings): Api {
  const tokens = new Map<string, { token: string; until: number }>();
  async function tokenOf(client: string): Promise<string> {
    const known = tokens.get(client);
    if (known && known.until > Date.now()) return known.token;
    const token = await clientToken(realmUrl, client, await secretOf(client));
    tokens.set(client, { token, until: Date.now() + tokenMs });
    return token;
  }
  async function ask<Reply>(
    client: string,
    path: string,
    init: RequestInit & { library?: string },
  ): Promise<Reply | Problem> {
    const { library, ...rest } = init;
    const headers = {
      authorization: `Bearer ${await tokenOf(client)}`,
      ...(library && { library }),
      ...(rest.method === "POST" && { "idempotency-key": crypto.randomUUID() }),
      ...rest.headers,
    };
    const response = await fetch(new URL(path, gatewayUrl), { ...rest, headers });
    return (await response.json()) as Reply | Problem;
  }
  return {
    async importFile(libraryId, name, file) {
      const size = typeof file === "string" ? (await stat(file)).size : file.byteLength;
      const started = await ask<Imported>(
        "sample-cataloguer",
        `/api/v1/libraries/${libraryId}/imports?name=${encodeURIComponent(name)}`,
        {
          method: "POST",
          headers: { "content-type": "application/octet-stream", "content-length": String(size) },
          body: typeof file === "string" ? createReadStream(file) : file,
          duplex: "half",
          library: libraryId,
        } as RequestInit,
      );
      if (!("state" in started)) return started;
      const path = `/api/v1/imports/${started.id}`;
      return until(() => ask<Imported>("sample-cataloguer", path, { library: libraryId }), ended, importMsMax);
    },
    quarantine: (libraryId, importId) =>
      ask("sample-cataloguer", `/api/v1/imports/${importId}/quarantine`, { library: libraryId }),
    checkIn: (libraryId, barcode) =>
      ask<CheckedIn>("sample-desk", "/api/v1/check-ins", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ barcode }),
        library: libraryId,
      }),
    cancelHold: (libraryId, holdId) =>
      ask("sample-desk", `/api/v1/holds/${holdId}/cancellation`, { method: "POST", library: libraryId }),
    search: (words) => ask("sample-desk", `/api/v1/titles?q=${encodeURIComponent(words)}`, {}),
    title: (id) => ask("sample-desk", `/api/v1/titles/${id}`, {}),
  };
}
