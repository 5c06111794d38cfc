import { databaseSecret } from "./parts/postgres-databases.ts";
import type { Parts } from "./parts/all.ts";
import type { Places } from "./run/places.ts";
import { secret } from "./run/secrets.ts";
import type { Service } from "./services.ts";

/**
 * The settings a service gets: where its parts and the other services answer, and files with its own secrets.
 * @param services all that run together
 */
export async function environmentOf(
  service: Service,
  services: readonly Service[],
  parts: Parts,
  places: Places,
): Promise<Record<string, string>> {
  const { name } = service;
  const fileOf = async (secretName: string) => (await secret(places.secrets, secretName)).file;
  return {
    HTTP_PORT: String(service.httpPort),
    ...(service.grpcPort && { GRPC_PORT: String(service.grpcPort) }),
    ...(service.publicPort && { PUBLIC_PORT: String(service.publicPort) }),
    DATABASE_URL: databaseUrl(parts.postgres.url, name, `${name}_app`),
    DATABASE_PASSWORD_FILE: await fileOf(databaseSecret(`${name}_app`)),
    DATABASE_OWNER_URL: databaseUrl(parts.postgres.url, name, `${name}_owner`),
    DATABASE_OWNER_PASSWORD_FILE: await fileOf(databaseSecret(`${name}_owner`)),
    NATS_URL: parts.nats.url,
    NATS_USER: name,
    NATS_PASSWORD_FILE: await fileOf(`nats-${name}`),
    KEYCLOAK_URL: parts.keycloak.url,
    KEYCLOAK_REALM: "lienthong",
    TRACES: parts.zipkin ? `zipkin:${parts.zipkin.url}/api/v2/spans` : (process.env.TRACES ?? "none"),
    LOG_LEVEL: process.env.LOG_LEVEL ?? "info",
    ...addressesOf(services),
    ...(await ownSettings(service, parts, places, fileOf)),
  };
}

/** The same server with another database and user; passwords travel in files only. */
export function databaseUrl(serverUrl: string, database: string, user: string): string {
  const url = new URL(serverUrl);
  url.username = user;
  url.password = "";
  url.pathname = `/${database}`;
  return url.href;
}

/** Where the services that can be called listen, as settings. */
export function addressesOf(services: readonly Service[]): Record<string, string> {
  const doors = services.filter(({ grpcPort }) => grpcPort !== undefined);
  return Object.fromEntries(
    doors.map(({ name, grpcPort }) => [`${name.toUpperCase()}_ADDRESS`, `127.0.0.1:${grpcPort}`]),
  );
}

async function ownSettings(
  { name, publicPort }: Service,
  parts: Parts,
  places: Places,
  fileOf: (secretName: string) => Promise<string>,
): Promise<Record<string, string>> {
  if (name === "identity")
    return {
      KEYCLOAK_ADMIN_CLIENT: "identity",
      KEYCLOAK_ADMIN_SECRET_FILE: await fileOf("keycloak-identity"),
      PIN_PEPPER_FILE: await fileOf("pin-pepper"),
    };
  if (name === "catalogue") return { OPENSEARCH_URL: parts.openSearch.url, UPLOAD_FOLDER: `${places.kept}/uploads` };
  if (name === "portal")
    return {
      PORTAL_URL: `http://localhost:${publicPort}`,
      KEYCLOAK_CLIENT: "portal",
      KEYCLOAK_CLIENT_SECRET_FILE: await fileOf("keycloak-portal"),
      SESSION_KEY_FILE: await fileOf("session-key"),
    };
  return {};
}
