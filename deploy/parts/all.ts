import type { Platform } from "../run/platform.ts";
import { services } from "../services.ts";
import { type Keycloak, startKeycloak } from "./keycloak.ts";
import { type Nats, startNats } from "./nats.ts";
import { type OpenSearch, startOpenSearch } from "./opensearch.ts";
import { makeDatabases } from "./postgres-databases.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { startZipkin, type Zipkin } from "./zipkin.ts";

export type Parts = { postgres: Postgres; nats: Nats; keycloak: Keycloak; openSearch: OpenSearch; zipkin?: Zipkin };

/** Starts all parts, side by side where one does not need the other. The first that fails stops the start. */
export async function startParts(platform: Platform, { traces }: { traces: boolean }): Promise<Parts> {
  const { ports, elsewhere } = platform.settings;
  const withDatabases = async () => {
    const postgres = await platform.step(
      "PostgreSQL",
      elsewhere.postgres ?? `127.0.0.1:${ports.POSTGRES_PORT}`,
      async () => {
        const started = await startPostgres(platform);
        await makeDatabases(
          started,
          services.map(({ name }) => name),
          platform.places.secrets,
        );
        return started;
      },
    );
    const address = elsewhere.keycloak ?? `http://localhost:${ports.KEYCLOAK_PORT}`;
    return { postgres, keycloak: await platform.step("Keycloak", address, () => startKeycloak(platform, postgres)) };
  };
  const [{ postgres, keycloak }, nats, openSearch, zipkin] = await Promise.all([
    withDatabases(),
    platform.step("NATS", elsewhere.nats ?? `127.0.0.1:${ports.NATS_PORT}`, () => startNats(platform, services)),
    platform.step("OpenSearch", elsewhere.openSearch ?? `http://127.0.0.1:${ports.OPENSEARCH_PORT}`, () =>
      startOpenSearch(platform),
    ),
    traces
      ? platform.step("Zipkin", `http://127.0.0.1:${ports.ZIPKIN_PORT}/zipkin/`, () => startZipkin(platform))
      : undefined,
  ]);
  return { postgres, keycloak, nats, openSearch, ...(zipkin && { zipkin }) };
}
