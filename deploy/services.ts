import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { hears, type Service as Declared } from "@lienthong/service/service.ts";
import { portShift } from "./settings.ts";

/** A service of the platform and where it listens on this machine. */
export type Service = {
  name: string;
  grpcPort?: number;
  /** The inner door: health, readiness, metrics. */
  httpPort: number;
  /** The door that people or programs come through. */
  publicPort?: number;
  /** Imports, indexing and search may come later than what somebody at a desk waits for. */
  canWait?: boolean;
  /** What Node needs besides the program, before its name. */
  nodeArgs?: string[];
};

/** In the order in which they start: who is asked comes before who asks. */
const unshifted: Service[] = [
  { name: "identity", grpcPort: 7001, httpPort: 7101 },
  { name: "catalogue", grpcPort: 7002, httpPort: 7102, canWait: true },
  { name: "circulation", grpcPort: 7003, httpPort: 7103 },
  { name: "gateway", httpPort: 7190, publicPort: 7090 },
  { name: "portal", httpPort: 7180, publicPort: 7080, nodeArgs: ["--import", "tsx"] },
];

const shift = portShift(process.env);
export const services: Service[] = unshifted.map((service) => ({
  ...service,
  httpPort: service.httpPort + shift,
  ...(service.grpcPort && { grpcPort: service.grpcPort + shift }),
  ...(service.publicPort && { publicPort: service.publicPort + shift }),
}));

/** Where people open the portal. */
export const portalUrl = `http://localhost:${7080 + shift}`;
/** Where programs find the REST doors. */
export const gatewayUrl = `http://localhost:${7090 + shift}`;

/** The services whose events a service hears, as its own service.ts declares; the NATS rights are made from it. */
export async function heardBy(name: string): Promise<string[]> {
  return existsSync(fileOf(name)) ? hears(await declarationOf(name)) : [];
}

/** What a service declares itself to be to others, in its service.ts. */
export async function declarationOf(name: string): Promise<Declared> {
  const exported: Record<string, unknown> = await import(pathToFileURL(fileOf(name)).href);
  const declared = Object.values(exported).find((value) => (value as Partial<Declared> | null)?.name === name);
  if (!declared) throw new Error(`services/${name}/service.ts exports no declaration of a service named "${name}"`);
  return declared as Declared;
}

const fileOf = (name: string) => join(import.meta.dirname, "..", "services", name, "service.ts");
