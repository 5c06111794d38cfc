import { breaker } from "@lienthong/rpc/breaker.ts";
import * as oidc from "openid-client";
import { fewAtOnce } from "./few-at-once.ts";
import { patience } from "./patience.ts";

/** What the sign-in server gave; it stays on the server. */
export type Tokens = {
  access: string;
  /** When the access token ends, in seconds since 1970. */
  accessEnds: number;
  refresh: string;
  /** The sign-in server's own session. */
  providerSession: string;
};

/** The sign-in server does not answer. Not the person's fault, and it passes. */
export class ProviderDown extends Error {}
/** The answer from the sign-in server does not belong to a sign-in begun here. */
export class SignInBroken extends Error {}

/** A sign-in that was begun: what its end is checked against. */
export type Begun = { state: string; nonce: string; verifier: string };

export type Provider = {
  /** @throws ProviderDown rather than send the browser to a server that does not answer */
  begin(): Promise<{ url: URL; begun: Begun }>;
  /** @param url the address with which the browser came back */
  finish(url: URL, begun: Begun): Promise<Tokens>;
  /** @returns new tokens, or undefined when the sign-in has ended there */
  refresh(tokens: Tokens): Promise<Tokens | undefined>;
  /** Ends the session at the sign-in server, and with it at every other site. */
  end(tokens: Tokens): Promise<void>;
};

export type ProviderSettings = {
  /** `http://localhost:28080/realms/lienthong` */
  issuer: string;
  client: string;
  secret: string;
  /** Where the browser comes back: `…/dang-nhap/xong`. */
  redirectUri: string;
};

// A slow answer is better than none: a refresh given up has used up its token all the same.
const timeoutSeconds = 10;
// But nobody who looks at a page waits so long.
const waitMs = 1_000;
// What the sign-in server said that recently it needs not say again before a browser is sent there.
const heardWithinMs = 2_000;
// When it comes back, all sessions want new tokens; at some ten milliseconds each these serve thousands in a minute.
const refreshesAtOnce = 16;

/** Signs in by authorization code with PKCE, state and nonce (RFC 9700; OpenID Connect Core 1.0). */
export function provider(settings: ProviderSettings): Provider {
  let found: Promise<oidc.Configuration> | undefined;
  let heardAt = Number.NEGATIVE_INFINITY;
  const soon = patience(waitMs);
  const refreshTurn = fewAtOnce(refreshesAtOnce);
  const way = breaker({
    failuresMax: 3,
    restMs: 2_000,
    isAway: (error) => error instanceof ProviderDown,
    refusal: () => new ProviderDown("The sign-in server did not answer a moment ago"),
  });
  const ask = <Answer>(work: () => Promise<Answer>): Promise<Answer> =>
    way.ask(async () => {
      const answer = await work();
      heardAt = Date.now();
      return answer;
    });
  const inTime = async <Answer>(asked: Promise<Answer>): Promise<Answer> => {
    const come = await soon(asked);
    if (!come) throw new ProviderDown("The sign-in server is slow");
    return come.answer;
  };
  const configuration = () => {
    found ??= ask(() => discover(settings)).catch((cause: unknown) => {
      found = undefined;
      throw cause;
    });
    return found;
  };
  const isThere = async (): Promise<void> => {
    if (Date.now() - heardAt > heardWithinMs) await inTime(ask(() => discover(settings)));
  };

  return {
    async begin() {
      const config = await inTime(configuration());
      await isThere();
      const begun = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: settings.redirectUri,
        scope: "openid profile",
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: "S256",
      });
      return { url, begun };
    },

    async finish(url, begun) {
      const config = await inTime(configuration());
      const checks = {
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        pkceCodeVerifier: begun.verifier,
        idTokenExpected: true,
      };
      return ask(() =>
        oidc.authorizationCodeGrant(config, url, checks).then(tokensOf, (cause: unknown) => {
          if (isDown(cause)) throw new ProviderDown("The sign-in server does not answer", { cause });
          throw new SignInBroken("The sign-in could not be finished", { cause });
        }),
      );
    },

    refresh: (tokens) =>
      refreshTurn(async () => {
        const config = await configuration();
        return ask(() => refreshed(config, tokens));
      }),

    async end(tokens) {
      const config = await inTime(configuration());
      await inTime(ask(() => endSession(config, settings, tokens)));
    },
  };
}

async function discover({ issuer, client, secret }: ProviderSettings): Promise<oidc.Configuration> {
  const plain = new URL(issuer).protocol === "http:";
  try {
    return await oidc.discovery(new URL(issuer), client, secret, undefined, {
      timeout: timeoutSeconds,
      execute: plain ? [oidc.allowInsecureRequests] : [],
    });
  } catch (cause) {
    throw new ProviderDown("The sign-in server does not answer", { cause });
  }
}

async function refreshed(config: oidc.Configuration, tokens: Tokens): Promise<Tokens | undefined> {
  try {
    return tokensOf(await oidc.refreshTokenGrant(config, tokens.refresh), tokens);
  } catch (cause) {
    if (cause instanceof oidc.ResponseBodyError && cause.error === "invalid_grant") return undefined;
    throw new ProviderDown("The sign-in server did not give new tokens", { cause });
  }
}

/** From server to server, so that signing out does not depend on the browser following a redirect. */
async function endSession(config: oidc.Configuration, { client, secret }: ProviderSettings, tokens: Tokens) {
  const endpoint = config.serverMetadata().end_session_endpoint;
  if (!endpoint) throw new ProviderDown("The sign-in server names no address for signing out");
  const answer = await fetch(endpoint, {
    method: "POST",
    body: new URLSearchParams({ client_id: client, client_secret: secret, refresh_token: tokens.refresh }),
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
    redirect: "error",
  }).catch((cause: unknown) => {
    throw new ProviderDown("The sign-in server does not answer", { cause });
  });
  // 400 says that the session has ended there already.
  if (!answer.ok && answer.status !== 400) throw new ProviderDown(`Signing out was answered with ${answer.status}`);
}

type Answer = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

function tokensOf(answer: Answer, before?: Tokens): Tokens {
  const refresh = answer.refresh_token ?? before?.refresh;
  const session = answer.claims()?.sid ?? before?.providerSession;
  if (!refresh || typeof session !== "string")
    throw new SignInBroken("The sign-in server gave no refresh token or session");
  return {
    access: answer.access_token,
    accessEnds: Math.floor(Date.now() / 1000) + (answer.expires_in ?? 60),
    refresh,
    providerSession: session,
  };
}

/** Whether it is the server's fault: no connection, too late, or an answer of 5xx. */
function isDown(cause: unknown): boolean {
  if (cause instanceof oidc.ResponseBodyError) return cause.status >= 500;
  if (cause instanceof oidc.ClientError)
    return cause.code === "OAUTH_TIMEOUT" || cause.code === "OAUTH_RESPONSE_IS_NOT_CONFORM";
  return cause instanceof TypeError;
}
