import { join } from "node:path";
import { tokenVerifier } from "@lienthong/auth/verify.ts";
import { openDatabase } from "@lienthong/database/database.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import { testDatabase } from "@lienthong/testing/test-database.ts";
import type { FastifyInstance } from "fastify";
import { buildAssets } from "../frame/assets.ts";
import { openSite } from "../frame/site.ts";
import type { Route, SiteParts } from "../frame/site-parts.ts";
import { logoutTokens } from "../session/logout-token.ts";
import { provider } from "../session/provider.ts";
import { sealer } from "../session/seal.ts";
import { sessions } from "../session/sessions.ts";
import { addSignIn } from "../sign-in/sign-in.ts";
import { aSignInServer, type SignInServer } from "./sign-in-server.ts";

export const portalUrl = "http://localhost:7080";

export type TestSite = {
  app: FastifyInstance;
  parts: Omit<SiteParts, "places">;
  signIn: SignInServer;
  /** Signs somebody in through all doors. @returns the cookie to send */
  signedIn(person?: SignInServer["person"]): Promise<string>;
  close(): Promise<void>;
};

/**
 * The portal's server with real sessions in a real database, before a sign-in server of its own.
 * @param answers what the services behind it answer; a call that a test does not name is away
 */
export async function aSite(routes: readonly Route[], answers: Answers = {}): Promise<TestSite> {
  const folder = join(import.meta.dirname, "..");
  const made = await testDatabase("portal", folder);
  const log = openLog("portal", process.env.LOG_LEVEL ?? "silent");
  const database = openDatabase(made.app, () => {});
  const signIn = await aSignInServer();
  const redirectUri = `${portalUrl}/dang-nhap/xong`;
  const theProvider = provider({ issuer: signIn.issuer, client: "portal", secret: "s".repeat(32), redirectUri });
  const seal = sealer("k".repeat(40));
  const known: Answers = {
    ...answers,
    identity: {
      signIn: async () => ({
        person: { id: signIn.person.personId ?? "", fullName: "Nguyễn Thu Hà", loa: 2, cards: [] },
        refreshToken: false,
      }),
      ...answers.identity,
    },
  };
  const parts: Omit<SiteParts, "places"> = {
    url: portalUrl,
    database,
    seal,
    sessions: sessions(database, seal, theProvider),
    verify: tokenVerifier(signIn.issuer),
    clientsFor: () => clientsWith(known),
    assets: await buildAssets(folder),
    log,
    checks: [],
  };
  const app = await openSite(routes, parts, (site, parts) =>
    addSignIn(site, theProvider, logoutTokens(signIn.issuer, "portal"), parts),
  );
  return {
    app,
    parts,
    signIn,
    async signedIn(person) {
      if (person) signIn.person = person;
      const { cookie } = await goThroughSignIn(app, "/dang-nhap");
      return cookie;
    },
    async close() {
      await app.close();
      await database.close();
      await made.drop();
      signIn.close();
    },
  };
}

/** What the services behind the portal answer in a test, by service and call. */
export type Answers = { [Name in keyof Clients]?: Partial<Clients[Name]> };

function clientsWith(answers: Answers): Clients {
  const away = async () => {
    throw new CallFault("unavailable", "away");
  };
  const client = (calls: object | undefined) =>
    new Proxy(calls ?? {}, { get: (target, call) => Reflect.get(target, call) ?? away });
  return {
    identity: client(answers.identity),
    catalogue: client(answers.catalogue),
    circulation: client(answers.circulation),
  } as Clients;
}

/** Follows the way of a browser: to the sign-in server and back. */
export async function goThroughSignIn(app: FastifyInstance, path: string, before: Record<string, string> = {}) {
  const start = await app.inject({ url: path, cookies: before });
  const away = await fetch(String(start.headers.location), { redirect: "manual" });
  const back = new URL(String(away.headers.get("location")));
  const cookies = { ...before, ...cookiesOf(start.cookies) };
  const finish = await app.inject({ url: `${back.pathname}${back.search}`, cookies });
  const session = finish.cookies.find(({ name }) => name === "__Host-lt");
  return { start, back, finish, cookie: session?.value ?? "" };
}

const cookiesOf = (cookies: readonly { name: string; value: string }[]) =>
  Object.fromEntries(cookies.map(({ name, value }) => [name, value]));
