import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Actor, actingAt, nobody, readRole } from "@lienthong/auth/actor.ts";
import { clientToken } from "../../deploy/sample-world/client-token.ts";
import { told } from "../surroundings.ts";
import { portalUrl, realmUrl } from "./platform.ts";

/** What the sign-in server gives a person who signs in at the portal; the portal keeps it, an attacker may have got hold of it. */
export type Tokens = { access: string; id: string; refresh: string };

/** What a browser keeps. */
export type Cookies = Map<string, string>;

const tokenKeptMs = 30_000;
const kept = new Map<string, { tokens: Promise<Tokens>; until: number }>();

/** A real access token of a person of the sample world, or of a sample program (`sample-desk`). */
export async function tokenOf(who: string): Promise<string> {
  return (await tokensOf(who)).access;
}

/** Real tokens, some seconds old. */
export function tokensOf(who: string): Promise<Tokens> {
  const known = kept.get(who);
  if (known && known.until > Date.now()) return known.tokens;
  const tokens = who.includes(".") ? signIn(who) : secretOf(who).then((value) => programTokens(who, value));
  kept.set(who, { tokens, until: Date.now() + tokenKeptMs });
  return tokens;
}

/** The password of a client of the realm. */
export const secretOf = async (client: string) =>
  (await readFile(join(told("SECRETS_FOLDER"), `keycloak-${client}`), "utf8")).trim();

const programTokens = async (client: string, value: string): Promise<Tokens> => ({
  access: await clientToken(realmUrl(), client, value),
  id: "",
  refresh: "",
});

/** Who the token says its bearer is, acting for the library that was named. */
export function actorIn(token: string | undefined, libraryId: string | undefined): Actor {
  if (token === undefined) return nobody;
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
    roles?: string[];
    person?: string;
    client_id?: string;
  };
  const kind = claims.client_id === undefined ? "person" : "client";
  const personId = claims.person ?? null;
  return actingAt({ ...nobody, kind, id: "x", personId, roles: (claims.roles ?? []).map(readRole) }, libraryId);
}

/** Signs in by code and PKCE as the portal does, and keeps the tokens that the portal would. */
async function signIn(username: string): Promise<Tokens> {
  const verifier = randomBytes(32).toString("base64url");
  const redirectUri = new URL("/dang-nhap/xong", portalUrl()).href;
  const asked = new URL(`${realmUrl()}/protocol/openid-connect/auth`);
  const parameters = {
    client_id: "portal",
    response_type: "code",
    redirect_uri: redirectUri,
    scope: "openid profile",
    state: "s",
    nonce: "n",
    code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  };
  for (const [name, value] of Object.entries(parameters)) asked.searchParams.set(name, value);
  const back = await throughTheForm(new Map(), asked.href, username);
  const answer = await fetch(`${realmUrl()}/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: new URL(back).searchParams.get("code") ?? "",
      redirect_uri: redirectUri,
      client_id: "portal",
      client_secret: await secretOf("portal"),
      code_verifier: verifier,
    }),
  });
  const tokens = (await answer.json()) as { access_token: string; id_token: string; refresh_token: string };
  if (!tokens.access_token) throw new Error(`${username} got no token: ${JSON.stringify(tokens)}`);
  return { access: tokens.access_token, id: tokens.id_token, refresh: tokens.refresh_token };
}

/** A browser in which somebody of the sample world has signed in at the portal. */
export async function signedInAtPortal(username: string): Promise<Cookies> {
  const cookies: Cookies = new Map();
  const begun = await visit(cookies, new URL("/dang-nhap", portalUrl()).href);
  const back = await throughTheForm(new Map(), begun.headers.get("location") ?? "", username);
  const done = await visit(cookies, back);
  if (done.status !== 303) throw new Error(`${username} could not sign in at the portal: ${done.status}`);
  return cookies;
}

/** One request with the browser's cookies; where it is sent on to, the caller sees. A form says that our page sent it. */
export async function visit(cookies: Cookies, url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
  if (init.method === "POST" && !headers.has("sec-fetch-site")) headers.set("sec-fetch-site", "same-origin");
  const answer = await fetch(new URL(url, portalUrl()), { ...init, headers, redirect: "manual" });
  for (const line of answer.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === "") cookies.delete(name);
    else cookies.set(name, value);
  }
  return answer;
}

/** Fills in the sign-in server's form. @returns the address to which it sends the browser back */
async function throughTheForm(cookies: Cookies, url: string, username: string): Promise<string> {
  const page = await (await visit(cookies, url)).text();
  const action = /<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
  if (!action) throw new Error(`The sign-in server showed no form: ${page.slice(0, 300)}`);
  const password = (await readFile(told("SAMPLE_PASSWORD_FILE"), "utf8")).trim();
  const sent = await visit(cookies, action, { method: "POST", body: new URLSearchParams({ username, password }) });
  const back = sent.headers.get("location");
  if (!back) throw new Error(`${username} could not sign in: ${sent.status}`);
  return back;
}
