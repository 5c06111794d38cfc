import { join } from "node:path";
import { fetchNats } from "./fetch/nats.ts";
import type { Parts } from "./parts/all.ts";
import type { Platform } from "./run/platform.ts";
import { secret } from "./run/secrets.ts";
import { addressesOf } from "./service-environment.ts";
import { sampleAccountsSecret } from "./sample-world/take.ts";
import { gatewayUrl, portalUrl, services } from "./services.ts";

/** Where tests find the real parts, the running platform and its accounts; passwords as files. */
export async function testEnvironment(platform: Platform, parts: Parts): Promise<Record<string, string>> {
  const { secrets, kept } = platform.places;
  const fileOf = async (name: string) => (await secret(secrets, name)).file;
  return {
    POSTGRES_URL: parts.postgres.url,
    POSTGRES_PASSWORD_FILE: await fileOf("postgres"),
    NATS_URL: parts.nats.url,
    NATS_ADMIN_PASSWORD_FILE: await fileOf("nats-admin"),
    NATS_SERVER: await fetchNats(platform.places),
    KEYCLOAK_URL: parts.keycloak.url,
    OPENSEARCH_URL: parts.openSearch.url,
    SECRETS_FOLDER: secrets,
    LOG_FOLDER: platform.places.logs,
    PORTAL_URL: portalUrl,
    GATEWAY_URL: gatewayUrl,
    SAMPLE_PASSWORD_FILE: await fileOf(sampleAccountsSecret),
    SPANS_FILE: join(kept, "spans.jsonl"),
    LOG_LEVEL: "silent",
    WORLD_TEMPLATE: join(kept, "world-template"),
    ...addressesOf(services),
    ...Object.fromEntries(
      services.map(({ name, httpPort }) => [`${name.toUpperCase()}_INNER_URL`, `http://127.0.0.1:${httpPort}`]),
    ),
  };
}

/** The parts of a platform that another command has started. */
export function runningParts({ places, settings: { ports, elsewhere } }: Platform): Parts {
  return {
    postgres: {
      url: elsewhere.postgres ?? `postgres://postgres@127.0.0.1:${ports.POSTGRES_PORT}/postgres`,
      passwordFile: elsewhere.postgresPasswordFile ?? join(places.secrets, "postgres"),
    },
    nats: { url: elsewhere.nats ?? `nats://127.0.0.1:${ports.NATS_PORT}` },
    keycloak: { url: elsewhere.keycloak ?? `http://localhost:${ports.KEYCLOAK_PORT}` },
    openSearch: { url: elsewhere.openSearch ?? `http://127.0.0.1:${ports.OPENSEARCH_PORT}` },
  };
}
