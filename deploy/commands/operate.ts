import { parseArgs } from "node:util";
import pg from "pg";
import { databaseSecret } from "../parts/postgres-databases.ts";
import { Failure } from "../run/failure.ts";
import { readPlaces } from "../run/places.ts";
import { secret } from "../run/secrets.ts";
import { databaseUrl } from "../service-environment.ts";
import { services } from "../services.ts";
import { readSettings } from "../settings.ts";

// A person has looked at each; the service takes no more at once.
const lettersNamedMax = 200;

/** Asks a service to tell its current states again: all of them, or those of one library. */
export async function republish(args: string[]): Promise<void> {
  const { service, library } = republishOptions(args);
  await queue(service, "republish", library === undefined ? {} : { libraryId: library });
  say(
    `${service} tells ${library ? `what it knows of ${library}` : "all its states"} again; its log says when it is done.`,
  );
}

/** Lists what services have set aside and not yet replayed, oldest first, at most 200 of each. */
export async function deadLetters(args: string[]): Promise<void> {
  const asked = args.length === 0 ? services.map(({ name }) => name) : [knownService(args, "dead-letters")];
  type Row = { id: string; subject: string; reason: string; at: Date };
  let listed = 0;
  for (const service of asked) {
    const rows = await query<Row>(
      service,
      `select id, subject, left(split_part(error, E'\\n', 1), 200) as reason, at from dead_letter
       where replayed_at is null order by id limit 200`,
    );
    for (const { id, subject, reason, at } of rows) say([service, id, at.toISOString(), subject, reason].join("  "));
    listed += rows.length;
  }
  if (listed === 0) say("No event is set aside.");
}

/** Asks a service to apply what it has set aside, once the cause is mended: all, or the letters of these ids. */
export async function replay(args: string[]): Promise<void> {
  const [name = "", ...ids] = args;
  const service = knownService([name], "replay");
  const other = ids.find((id) => !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id));
  if (other !== undefined)
    throw new Failure(`"${other}" is no id of a letter; npm run dead-letters -- ${service} lists them.`);
  if (ids.length > lettersNamedMax) throw new Failure(`Name at most ${lettersNamedMax} letters at once.`);
  await queue(service, "replay-dead-letters", ids.length === 0 ? {} : { ids });
  say(`${service} replays what it has set aside; npm run dead-letters -- ${service} shows what fails again.`);
  if (ids.length === 0) say("What is too old to be judged stays, unless its id is given.");
}

function republishOptions(args: string[]): { service: string; library: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { library: { type: "string" } },
      allowPositionals: true,
    });
    const { library } = values;
    if (library !== undefined && !/^VN-[0-9A-Z]{7}$/.test(library))
      throw new Failure(`--library is "${library}"; expected is a library's code: VN- and seven letters or digits.`);
    return { service: knownService(positionals, "republish"), library };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure(`republish knows SERVICE and --library CODE; "${args.join(" ")}" is something else.`, { cause });
  }
}

function knownService(words: string[], command: string): string {
  const [name = "", ...more] = words;
  if (more.length === 0 && services.some((service) => service.name === name)) return name;
  const known = services.map((service) => service.name).join(", ");
  throw new Failure(`Which service? npm run ${command} -- SERVICE, with one of ${known}; not "${words.join(" ")}".`);
}

/** Asked for twice while it waits, a job is done once; of what is named by its id the second finds nothing left. */
async function queue(service: string, job: string, payload: { libraryId?: string; ids?: string[] }): Promise<void> {
  const key = payload.ids === undefined ? [job, payload.libraryId ?? "all"].join(":") : null;
  await query(service, "select graphile_worker.add_job($1, $2::json, job_key := $3)", [
    job,
    JSON.stringify(payload),
    key,
  ]);
}

/** One statement in a service's database as the role that owns it. */
async function query<Row extends pg.QueryResultRow>(
  service: string,
  text: string,
  values: (string | null)[] = [],
): Promise<Row[]> {
  const { elsewhere, ports } = readSettings(process.env);
  const server = elsewhere.postgres ?? `postgres://postgres@127.0.0.1:${ports.POSTGRES_PORT}/postgres`;
  const role = `${service}_owner`;
  const { value } = await secret(readPlaces().secrets, databaseSecret(role));
  const address = new URL(databaseUrl(server, service, role));
  address.password = encodeURIComponent(value);
  const client = new pg.Client({ connectionString: address.href, connectionTimeoutMillis: 5_000 });
  // A connection that breaks makes the statement on it fail, and that is where it is heard.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(text, values)).rows;
  } catch (cause) {
    const why = (cause as Error).message || (cause as NodeJS.ErrnoException).code;
    throw new Failure(`The database of ${service} refused: ${why}. Is the platform running (npm start)?`, { cause });
  } finally {
    await client.end().catch(() => undefined);
  }
}

const say = (line: string) => void process.stdout.write(`${line}\n`);
