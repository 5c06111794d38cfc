import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { aRealm, type Someone } from "@lienthong/testing/realm.ts";

/** A sign-in server as the portal sees one: it sends everybody back as the person it was told, and gives real tokens. */
export type SignInServer = {
  issuer: string;
  /** Who signs in next. */
  person: Someone;
  /** How long an access token lives, in seconds. */
  accessSeconds: number;
  /** Away: every request is answered with 503. */
  away: boolean;
  /** Slow: every request is answered so much later. */
  slowMs: number;
  /** How many requests were at work at the same time, at most. */
  atOnceMax: number;
  /** What it was asked for, in order: `token authorization_code`, `token refresh_token`, `logout`. */
  readonly asked: string[];
  /** Ends a session here: its refresh tokens are worth nothing. */
  endSession(): void;
  token(claims: Record<string, unknown>): Promise<string>;
  close(): void;
};

export async function aSignInServer(): Promise<SignInServer> {
  const realm = await aRealm();
  const codes = new Map<string, string>();
  const asked: string[] = [];
  let session = randomUUID();
  let live = true;

  const server = createServer((request, response) => {
    // Who asks while it is being closed gets no answer, as of any server.
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  server.unref();
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${origin}/realms/lienthong`;
  const state: SignInServer = {
    issuer,
    person: { personId: randomUUID(), roles: [] },
    accessSeconds: 60,
    away: false,
    slowMs: 0,
    atOnceMax: 0,
    asked,
    endSession: () => {
      live = false;
    },
    token: (claims) => realm.token({}, { iss: issuer, ...claims }),
    close: () => {
      server.close();
      server.closeAllConnections();
      realm.close();
    },
  };

  let atWork = 0;
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    atWork += 1;
    state.atOnceMax = Math.max(state.atOnceMax, atWork);
    if (state.slowMs > 0) await pause(state.slowMs, undefined, { ref: false });
    await answer(request, response);
    atWork -= 1;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", origin);
    const path = url.pathname.replace("/realms/lienthong", "");
    const form = new URLSearchParams(await bodyOf(request));
    if (state.away) return void response.writeHead(503).end();
    if (path === "/.well-known/openid-configuration") return json(response, metadata(issuer));
    if (path === "/protocol/openid-connect/certs") return json(response, await (await fetch(realm.url)).json());
    if (path === "/auth") {
      const code = randomUUID();
      codes.set(code, url.searchParams.get("nonce") ?? "");
      const back = new URL(url.searchParams.get("redirect_uri") ?? "");
      back.search = new URLSearchParams({ code, state: url.searchParams.get("state") ?? "", iss: issuer }).toString();
      return void response.writeHead(303, { location: back.href }).end();
    }
    if (path === "/token") {
      asked.push(`token ${form.get("grant_type")}`);
      const nonce = codes.get(form.get("code") ?? "");
      const first = form.get("grant_type") === "authorization_code";
      if (first ? nonce === undefined : !live) return json(response, { error: "invalid_grant" }, 400);
      if (first) {
        session = randomUUID();
        live = true;
      }
      const end = Math.floor(Date.now() / 1000) + state.accessSeconds;
      return json(response, {
        access_token: await realm.token(state.person, { iss: issuer, exp: end }),
        refresh_token: randomUUID(),
        id_token: await realm.token(state.person, {
          iss: issuer,
          aud: "portal",
          typ: "ID",
          sid: session,
          ...(first ? { nonce } : {}),
        }),
        token_type: "Bearer",
        expires_in: state.accessSeconds,
      });
    }
    if (path === "/logout") {
      asked.push("logout");
      live = false;
      return void response.writeHead(204).end();
    }
    return void response.writeHead(404).end();
  }
  return state;
}

const metadata = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  end_session_endpoint: `${issuer}/logout`,
  jwks_uri: `${issuer}/protocol/openid-connect/certs`,
  response_types_supported: ["code"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
  authorization_response_iss_parameter_supported: true,
});

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return text;
}
