import { addHealth, type Check } from "@lienthong/http/health.ts";
import { addMachineHeaders } from "@lienthong/http/machine-headers.ts";
import { boundRequestsInRow } from "@lienthong/http/requests-in-row.ts";
import { watchRequests } from "@lienthong/http/watch-requests.ts";
import type { CallContext } from "@lienthong/rpc/client.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { frameSettings, settingsOf } from "@lienthong/service/settings.ts";
import type { Parts } from "@lienthong/service/start.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import fastify, { type FastifyInstance } from "fastify";
import { settings } from "../settings.ts";
import { libraryCodes } from "./library-codes.ts";
import { openApi } from "./openapi.ts";
import { answerWithProblems } from "./problems.ts";
import type { Route } from "./route.ts";
import { serveRoute } from "./serve-route.ts";

const hostSettings = settingsOf({ HOST: frameSettings.HOST });

/** Opens the public door beside the inner one. @returns how to close it: what is under way ends first */
export async function openPublicDoor(parts: Parts, routes: readonly Route[]): Promise<() => Promise<void>> {
  const app = await publicDoor({ ...parts, routes, uploadBytesMax: settings().UPLOAD_BYTES_MAX });
  await app.listen({ port: settings().PUBLIC_PORT, host: hostSettings().HOST });
  return () => app.close();
}

type Stands = {
  routes: readonly Route[];
  log: Log;
  checks: readonly Check[];
  clientsFor(context: CallContext): Clients;
  uploadBytesMax: number;
};

/** The server with all routes, not yet listening. */
export async function publicDoor(on: Stands): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    // Many times what a command says. A megabyte of names would be read and refused one by one while everybody waits.
    bodyLimit: 65_536,
    // A file may take as long as the call that carries it on; a silent connection is given up much earlier.
    requestTimeout: 30 * 60_000,
    connectionTimeout: 60_000,
    routerOptions: { maxParamLength: 200 },
  });
  boundRequestsInRow(app);
  watchRequests(app, on.log);
  await addMachineHeaders(app);
  answerWithProblems(app, on.log);
  app.removeContentTypeParser("text/plain");
  addHealth(app, on.checks);

  const described = openApi(on.routes);
  app.get("/api/openapi.json", () => described);
  const { identity } = on.clientsFor({});
  const doors = { ...on, libraryOf: libraryCodes(identity) };
  for (const route of on.routes) {
    if (!route.file) {
      serveRoute(app, route, doors);
      continue;
    }
    const kinds = [...route.file];
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser(kinds, (_request, _payload, done) => done(null, undefined));
      serveRoute(scope, route, doors);
    });
  }
  return app;
}
