import * as oidc from "openid-client";

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

const timeoutSeconds = 5;

/** Signs in by authorization code with PKCE, state and nonce (RFC 9700; OpenID Connect Core 1.0). */
export function provider(settings: ProviderSettings): Provider {
  let found: Promise<oidc.Configuration> | undefined;
  const configuration = () => {
    found ??= discover(settings).catch((cause: unknown) => {
      found = undefined;
      throw new ProviderDown("The sign-in server does not answer", { cause });
    });
    return found;
  };

  return {
    async begin() {
      const config = await configuration();
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
      const config = await configuration();
      const answer = await oidc
        .authorizationCodeGrant(config, url, {
          expectedState: begun.state,
          expectedNonce: begun.nonce,
          pkceCodeVerifier: begun.verifier,
          idTokenExpected: true,
        })
        .catch((cause: unknown) => {
          if (isDown(cause)) throw new ProviderDown("The sign-in server does not answer", { cause });
          throw new SignInBroken("The sign-in could not be finished", { cause });
        });
      return tokensOf(answer);
    },

    async refresh(tokens) {
      const config = await configuration();
      try {
        return tokensOf(await oidc.refreshTokenGrant(config, tokens.refresh), tokens);
      } catch (cause) {
        if (cause instanceof oidc.ResponseBodyError && cause.error === "invalid_grant") return undefined;
        throw new ProviderDown("The sign-in server did not give new tokens", { cause });
      }
    },

    async end(tokens) {
      const config = await configuration();
      const endpoint = config.serverMetadata().end_session_endpoint;
      if (!endpoint) throw new ProviderDown("The sign-in server names no address for signing out");
      // From server to server, so that signing out does not depend on the browser following a redirect.
      const answer = await fetch(endpoint, {
        method: "POST",
        body: new URLSearchParams({
          client_id: settings.client,
          client_secret: settings.secret,
          refresh_token: tokens.refresh,
        }),
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
        redirect: "error",
      }).catch((cause: unknown) => {
        throw new ProviderDown("The sign-in server does not answer", { cause });
      });
      // 400 says that the session has ended there already.
      if (!answer.ok && answer.status !== 400) throw new ProviderDown(`Signing out was answered with ${answer.status}`);
    },
  };
}

function discover({ issuer, client, secret }: ProviderSettings): Promise<oidc.Configuration> {
  const plain = new URL(issuer).protocol === "http:";
  return oidc.discovery(new URL(issuer), client, secret, undefined, {
    timeout: timeoutSeconds,
    execute: plain ? [oidc.allowInsecureRequests] : [],
  });
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
