import { serviceActor } from "@lienthong/auth/actor.ts";
import type { Parts } from "@lienthong/service/start.ts";
import { resumeSilent } from "./imports/resume.ts";
import { startIndexing } from "./search/indexing.ts";

/** What catalogue does beside its calls, jobs and consumers: it keeps the index, and takes up imports that a kill broke off. */
export async function open({ database, log }: Parts): Promise<() => Promise<void>> {
  await database.transact(serviceActor("catalogue"), (tx) => resumeSilent(tx, 0));
  const indexing = startIndexing(database, log);
  return () => indexing.stop();
}
