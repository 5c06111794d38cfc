import { readerRole } from "@lienthong/database/migrate.ts";
import { databaseSecret } from "../parts/postgres-databases.ts";
import { readerUser } from "../parts/nats-permissions.ts";
import { secret } from "../run/secrets.ts";
import { databaseUrl } from "../service-environment.ts";
import { services } from "../services.ts";
import type { Where } from "./evidence.ts";

export type At = {
  /** The server's address; database and user in it are not used. */
  postgresUrl: string;
  natsUrl: string;
  openSearchUrl?: string;
  /** The name under which titles are searched. */
  searchIndex?: string;
  /** The services whose databases are there; without it all. */
  services?: readonly string[];
};

/** Where a platform is whose secrets lie in a folder as this clone's do. */
export async function whereAt(at: At, secrets: string): Promise<Where> {
  const valueOf = async (name: string) => (await secret(secrets, name)).value;
  return whereWith(at, {
    postgres: await valueOf(databaseSecret(readerRole)),
    nats: await valueOf(`nats-${readerUser}`),
  });
}

/** The same with the two passwords in hand. */
export function whereWith(at: At, passwords: { postgres: string; nats: string }): Where {
  const { postgresUrl, natsUrl, openSearchUrl, searchIndex = "titles" } = at;
  const names = at.services ?? services.map(({ name }) => name);
  return {
    databases: Object.fromEntries(
      names.map((name) => [name, { url: databaseUrl(postgresUrl, name, readerRole), password: passwords.postgres }]),
    ),
    bus: { url: natsUrl, user: readerUser, password: passwords.nats },
    ...(openSearchUrl && { search: { url: openSearchUrl, index: searchIndex } }),
  };
}
