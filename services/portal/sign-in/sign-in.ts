import type { FastifyInstance } from "fastify";
import type { SiteParts } from "../frame/site-parts.ts";
import type { Provider } from "../session/provider.ts";
import { addBackChannel } from "./back-channel.ts";
import { addFinish } from "./finish.ts";
import { addSignOut } from "./sign-out.ts";
import { addStart } from "./start.ts";

/** Everything between the portal and the sign-in server. */
export function addSignIn(
  app: FastifyInstance,
  provider: Provider,
  sessionEnded: (token: string) => Promise<string | undefined>,
  parts: SiteParts,
): void {
  addStart(app, provider, parts);
  addFinish(app, provider, parts);
  addSignOut(app, provider, parts);
  addBackChannel(app, sessionEnded, parts);
}
