import { tokenVerifier } from "@lienthong/auth/verify.ts";
import type { Parts } from "@lienthong/service/start.ts";
import { buildAssets } from "./frame/assets.ts";
import { openSite } from "./frame/site.ts";
import type { SiteParts } from "./frame/site-parts.ts";
import { pages } from "./pages.ts";
import { logoutTokens } from "./session/logout-token.ts";
import { provider } from "./session/provider.ts";
import { sealer } from "./session/seal.ts";
import { sessions } from "./session/sessions.ts";
import { ownSettings } from "./settings.ts";
import { addSignIn } from "./sign-in/sign-in.ts";

/** Opens the door for browsers. @returns how to close it */
export async function openPortal({ log, database, clientsFor, checks }: Parts): Promise<() => Promise<void>> {
  const set = ownSettings();
  const issuer = `${set.KEYCLOAK_URL}/realms/${set.KEYCLOAK_REALM}`;
  const signIn = provider({
    issuer,
    client: set.KEYCLOAK_CLIENT,
    secret: set.KEYCLOAK_CLIENT_SECRET_FILE,
    redirectUri: new URL("/dang-nhap/xong", set.PORTAL_URL).href,
  });
  const seal = sealer(set.SESSION_KEY_FILE);
  const parts: Omit<SiteParts, "places"> = {
    url: set.PORTAL_URL,
    database,
    seal,
    sessions: sessions(database, seal, signIn),
    verify: tokenVerifier(issuer),
    clientsFor,
    assets: await buildAssets(import.meta.dirname),
    log,
    checks,
  };
  const app = await openSite(pages, parts, (site, parts) =>
    addSignIn(site, signIn, logoutTokens(issuer, set.KEYCLOAK_CLIENT), parts),
  );
  await app.listen({ host: set.HOST, port: set.PUBLIC_PORT });
  return () => app.close();
}
