import { faultSettings } from "@lienthong/config/fault-point.ts";
import { readSettings, secretFile, type Settings, port } from "@lienthong/config/settings.ts";
import { z } from "zod";

/** What every service is told by its environment. */
export const frameSettings = {
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe("the service's own database and role, without password"),
  DATABASE_PASSWORD_FILE: secretFile("password of the service's role"),
  DATABASE_OWNER_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe("the same database as the role that owns it, for migrations"),
  DATABASE_OWNER_PASSWORD_FILE: secretFile("password of the owner's role"),
  NATS_URL: z.string().regex(/^(nats|tls):\/\//, "expected: nats://host:port"),
  NATS_USER: z.string().min(1),
  NATS_PASSWORD_FILE: secretFile("password of the service at the bus"),
  STREAM_BYTES: z.coerce
    .number()
    .int()
    .min(1_048_576)
    .default(4 * 2 ** 30)
    .describe("how much the stream of its own events may hold; 14 days of events at some 900 bytes each must fit"),
  KEYCLOAK_URL: z.url().describe("the sign-in server, as its tokens name it"),
  KEYCLOAK_REALM: z.string().default("lienthong"),
  IDENTITY_ADDRESS: z.string().default("127.0.0.1:7001"),
  CATALOGUE_ADDRESS: z.string().default("127.0.0.1:7002"),
  CIRCULATION_ADDRESS: z.string().default("127.0.0.1:7003"),
  HOST: z.string().default("127.0.0.1").describe("the address the servers listen on"),
  GRPC_PORT: port(7000),
  HTTP_PORT: port(7100).describe("the inner door: health, readiness, metrics"),
  TRACES: z.string().default("none").describe("none, file:PATH, zipkin:URL or otlp:URL"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  ...faultSettings,
};

/** Settings of a service's own, read once when first asked for: declaring a service needs no environment. */
export function settingsOf<Shape extends Record<string, z.ZodType>>(shape: Shape): () => Settings<Shape> {
  return once(() => readSettings(shape));
}

/** A thing made when first asked for, and the same one ever after: a client, a key, a table. */
export function once<Thing>(make: () => Thing): () => Thing {
  let made: { thing: Thing } | undefined;
  return () => {
    made ??= { thing: make() };
    return made.thing;
  };
}
