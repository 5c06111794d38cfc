import type { Doors } from "../../deploy/sample-world/doors.ts";

/** A running platform as the measurements see it: its doors, and its parts for what is compared with them. */
export type BenchPlatform = {
  gatewayUrl: string;
  /** The superuser's address of PostgreSQL, without password. */
  postgres: { url: string; password: string };
  openSearch: { url: string };
  /** The sample programs' doors: `setup`, `sample-desk`, `sample-cataloguer`. */
  doors: Doors;
  /** The token of a sample program, fresh enough for half a minute. */
  tokenOf(client: string): Promise<string>;
  /** A place for files of the measurement; forgotten with the platform. */
  folder: string;
  /** The process below which all of the platform runs. */
  root: number;
};
