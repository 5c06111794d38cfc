import { join } from "node:path";
import { anyone, cataloguer, desk, manager, own, type Permission } from "@lienthong/auth/permission.ts";
import type { CatalogueServiceServer } from "@lienthong/proto/catalogue/v1/service.ts";
import type { CirculationServiceServer } from "@lienthong/proto/circulation/v1/service.ts";
import type { IdentityServiceServer } from "@lienthong/proto/identity/v1/service.ts";
import type { Answer, Answers } from "@lienthong/rpc/answer.ts";
import { type Callable, callable } from "@lienthong/rpc/callable.ts";
import { reach } from "@lienthong/service/clients.ts";
import { service } from "@lienthong/service/service.ts";
import { aRealm, type Realm, type Someone } from "@lienthong/testing/realm.ts";
import { runService } from "@lienthong/testing/running-service.ts";
import { openLog } from "@lienthong/telemetry/log.ts";
import type { FastifyInstance } from "fastify";
import { publicDoor } from "../frame/door.ts";
import { routes } from "../routes.ts";
import { gateway } from "../service.ts";

/** What each of the services behind answers in a test; a call that a test does not name is not there. */
export type Behind = {
  identity?: Partial<Answers<IdentityServiceServer>>;
  catalogue?: Partial<Answers<CatalogueServiceServer>>;
  circulation?: Partial<Answers<CirculationServiceServer>>;
};

export type OpenDoor = {
  app: FastifyInstance;
  realm: Realm;
  token(someone: Someone): Promise<string>;
  stop(): Promise<void>;
};

const folder = join(import.meta.dirname, "..");
/** Who may make a call, as the services themselves say it. */
const permissions: Record<string, Permission | readonly Permission[]> = {
  getLibrary: anyone,
  listLibraries: anyone,
  search: anyone,
  getTitle: anyone,
  startImport: cataloguer,
  getImport: cataloguer,
  listQuarantine: cataloguer,
  titleMapping: manager,
  checkOut: desk,
  checkIn: desk,
  renew: [own, desk],
  placeHold: own,
  cancelHold: [own, desk],
  pickList: desk,
  myAccount: own,
};

/**
 * The gateway's public door with real servers behind it: the frame's calls, tokens, permissions and first answers, and
 * small answers of the test's own. A service that the test does not name does not answer at all.
 */
export async function openDoorBefore(behind: Behind, uploadBytesMax = 100_000_000): Promise<OpenDoor> {
  const realm = await aRealm();
  const running = await Promise.all(
    Object.entries(behind).map(
      async ([name, answers]) => [name, await standIn(name as Callable, answers, realm)] as const,
    ),
  );
  const addresses = new Map(running.map(([name, { address }]) => [name, address]));
  const reached = reach(gateway, (name) => addresses.get(name) ?? "127.0.0.1:1");
  const app = await publicDoor({
    routes,
    log: openLog("gateway", process.env.LOG_LEVEL ?? "silent"),
    checks: [],
    clientsFor: reached.clientsFor,
    uploadBytesMax,
  });
  return {
    app,
    realm,
    token: (someone) => realm.token(someone),
    async stop() {
      await app.close();
      reached.close();
      for (const [, one] of running) await one.stop();
      realm.close();
    },
  };
}

function standIn(name: Callable, answers: object, realm: Realm) {
  const given = answers as Record<string, Answer<unknown, unknown>>;
  const to = Object.fromEntries(Object.entries(callable[name]).filter(([call]) => call in given));
  return runService(name, service(name, { answers: { to, with: given as never } }), folder, permissions, { realm });
}
