import { rm } from "node:fs/promises";
import { Failure } from "../run/failure.ts";
import { runningCommand } from "../run/only-one.ts";
import { readPlaces } from "../run/places.ts";

/** Forgets everything this clone keeps: databases, events, the index, accounts, secrets, logs. The cache of parts stays. */
export async function reset(): Promise<void> {
  const places = readPlaces();
  const pid = await runningCommand(places);
  if (pid)
    throw new Failure(`The platform of this clone runs (process ${pid}); stop it before it can forget anything.`);
  // Only what this command itself lays there: LIENTHONG_DATA may name a folder that holds other things too.
  for (const name of [
    ...["postgres", "nats", "opensearch", "keycloak", "uploads"],
    ...["sample-world.made", "secrets", "log", "running.pid"],
  ])
    await rm(`${places.kept}/${name}`, { recursive: true, force: true });
  process.stdout.write(`Forgotten: ${places.kept}\n`);
}
