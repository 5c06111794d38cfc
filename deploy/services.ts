/** A service of the platform: where it listens, and whose events it hears. */
export type Service = {
  name: string;
  grpcPort?: number;
  httpPort: number;
  hears: string[];
  /** What Node needs besides the program, before its name. */
  nodeArgs?: string[];
};

/** In the order in which they start: who is asked comes before who asks. */
export const services: Service[] = [
  { name: "identity", grpcPort: 7001, httpPort: 7101, hears: [] },
  { name: "catalogue", grpcPort: 7002, httpPort: 7102, hears: ["identity", "circulation"] },
  { name: "circulation", grpcPort: 7003, httpPort: 7103, hears: ["identity", "catalogue"] },
  { name: "gateway", httpPort: 7090, hears: [] },
  { name: "portal", httpPort: 7080, hears: ["catalogue", "circulation"], nodeArgs: ["--import", "tsx"] },
];
