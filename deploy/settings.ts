import { Failure } from "./run/failure.ts";

const defaults = {
  POSTGRES_PORT: 25432,
  NATS_PORT: 24222,
  NATS_MONITOR_PORT: 28222,
  KEYCLOAK_PORT: 28080,
  KEYCLOAK_MANAGEMENT_PORT: 29000,
  OPENSEARCH_PORT: 29200,
  OPENSEARCH_TRANSPORT_PORT: 29300,
  ZIPKIN_PORT: 29411,
};

export type PortName = keyof typeof defaults;
export type Settings = {
  ports: Record<PortName, number>;
  /** Addresses of parts that run elsewhere; such a part is not started here. */
  elsewhere: {
    postgres?: string;
    postgresPasswordFile?: string;
    nats?: string;
    keycloak?: string;
    openSearch?: string;
  };
};

/** Reads ports and addresses of the parts. A wrong one is refused with its name, its value and what is expected. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const ports = { ...defaults };
  const shift = portShift(environment);
  for (const name of Object.keys(defaults) as PortName[])
    ports[name] = portOf(name, environment[name], defaults[name] + shift);
  const twice = Object.entries(ports).find(([name, port]) =>
    Object.entries(ports).some(([other, otherPort]) => other !== name && otherPort === port),
  );
  if (twice) throw new Failure(`${twice[0]} is ${twice[1]}, which another port setting has too; give each its own.`);
  const { POSTGRES_URL, POSTGRES_PASSWORD_FILE, NATS_URL, KEYCLOAK_URL, OPENSEARCH_URL } = environment;
  if (POSTGRES_URL && !POSTGRES_PASSWORD_FILE)
    throw new Failure("POSTGRES_URL is set, so POSTGRES_PASSWORD_FILE must name the file with that user's password.");
  return {
    ports,
    elsewhere: {
      ...(POSTGRES_URL && { postgres: addressOf("POSTGRES_URL", POSTGRES_URL, ["postgres:", "postgresql:"]) }),
      ...(POSTGRES_PASSWORD_FILE && { postgresPasswordFile: POSTGRES_PASSWORD_FILE }),
      ...(NATS_URL && { nats: addressOf("NATS_URL", NATS_URL, ["nats:", "tls:"]) }),
      ...(KEYCLOAK_URL && { keycloak: addressOf("KEYCLOAK_URL", KEYCLOAK_URL, ["http:", "https:"]) }),
      ...(OPENSEARCH_URL && { openSearch: addressOf("OPENSEARCH_URL", OPENSEARCH_URL, ["http:", "https:"]) }),
    },
  };
}

/** Where a platform is for somebody who only reads it; without password files its secrets lie in this clone's folder. */
export type ReadingSettings = {
  at: { postgresUrl: string; natsUrl: string; openSearchUrl: string; searchIndex: string };
  passwordFiles?: { postgres: string; nats: string };
};

/** Reads where to read. In production both password files are named, and no superuser is needed. */
export function readingSettings(environment: NodeJS.ProcessEnv): ReadingSettings {
  const { READER_PASSWORD_FILE: postgres, NATS_READER_PASSWORD_FILE: nats, ...rest } = environment;
  if (Boolean(postgres) !== Boolean(nats))
    throw new Failure("READER_PASSWORD_FILE and NATS_READER_PASSWORD_FILE go together: set both or none.");
  // The address alone counts here: the reader has a role and a password of its own.
  const { ports, elsewhere } = readSettings({
    ...rest,
    POSTGRES_PASSWORD_FILE: rest.POSTGRES_PASSWORD_FILE ?? postgres,
  });
  return {
    at: {
      postgresUrl: elsewhere.postgres ?? `postgres://127.0.0.1:${ports.POSTGRES_PORT}/postgres`,
      natsUrl: elsewhere.nats ?? `nats://127.0.0.1:${ports.NATS_PORT}`,
      openSearchUrl: elsewhere.openSearch ?? `http://127.0.0.1:${ports.OPENSEARCH_PORT}`,
      searchIndex: environment.SEARCH_INDEX ?? "titles",
    },
    ...(postgres && nats && { passwordFiles: { postgres, nats } }),
  };
}

// From 32768 on Linux gives ports to outgoing connections, and one of ours might be taken when it is needed.
const shiftMax = 32_767 - Math.max(...Object.values(defaults));

/** PORT_SHIFT is added to every port that is not set, so that a second platform can run beside the first. */
export function portShift(environment: NodeJS.ProcessEnv): number {
  const shift = Number(environment.PORT_SHIFT ?? 0);
  if (Number.isInteger(shift) && shift >= 0 && shift <= shiftMax) return shift;
  throw new Failure(`PORT_SHIFT is "${environment.PORT_SHIFT}"; expected is a whole number between 0 and ${shiftMax}.`);
}

function portOf(name: string, given: string | undefined, otherwise: number): number {
  if (given === undefined || given === "") return otherwise;
  const port = Number(given);
  if (Number.isInteger(port) && port >= 1024 && port <= 65535) return port;
  throw new Failure(`${name} is "${given}"; expected is a port between 1024 and 65535.`);
}

function addressOf(name: string, given: string, protocols: string[]): string {
  if (URL.canParse(given) && protocols.includes(new URL(given).protocol)) return given;
  throw new Failure(`${name} is "${given}"; expected is an address that begins with ${protocols[0]}//.`);
}
