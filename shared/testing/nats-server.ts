import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bus, connectBus } from "@lienthong/bus/connection.ts";
import { until } from "./until.ts";

export type NatsServer = {
  url: string;
  /** A connection as a service; the caller closes it. */
  connect(service: string): Promise<Bus>;
  start(): Promise<void>;
  /** Kills it, as a power cut would. */
  kill(): Promise<void>;
  /** Kills it and forgets all streams and consumers. */
  wipe(): Promise<void>;
  /** Keeps a copy of its store as it is this moment. */
  copy(): void;
  /**
   * Kills it and puts the copy back; sequences given since then will be given again.
   * @param what the whole store, or the streams' messages alone, so that consumers stand ahead of them
   */
  rollBack(what?: "all" | "messages"): Promise<void>;
  close(): Promise<void>;
};

/**
 * A NATS server of a test's own, which it may stop, kill and wipe. The program's path is in NATS_SERVER, which `npm test` sets.
 */
export async function aNatsServer(): Promise<NatsServer> {
  const program = process.env.NATS_SERVER;
  if (!program) throw new Error('NATS_SERVER is not set: run the tests by "npm test"');
  const folder = mkdtempSync(join(tmpdir(), "lienthong-nats-"));
  const [store, kept] = [join(folder, "jetstream"), join(folder, "copy")];
  const port = await freePort();
  const settings = {
    listen: `127.0.0.1:${port}`,
    jetstream: { store_dir: folder, sync_interval: "always", max_file: "32G" },
  };
  writeFileSync(join(folder, "nats.conf"), JSON.stringify(settings));
  const url = `nats://127.0.0.1:${port}`;
  let child: ReturnType<typeof spawn> | undefined;
  let ended = Promise.resolve();

  const server: NatsServer = {
    url,
    connect: (service) => connectBus({ url, user: service, password: "" }),
    async start() {
      const started = spawn(program, ["-c", join(folder, "nats.conf")], { stdio: "ignore" });
      child = started;
      ended = new Promise((exit) => started.once("exit", () => exit()));
      const probe = await connectBus({ url, user: "probe", password: "" });
      await until(() =>
        probe.manage.getAccountInfo().then(
          () => true,
          () => false,
        ),
      );
      await probe.connection.close();
    },
    async kill() {
      child?.kill("SIGKILL");
      await ended;
    },
    async wipe() {
      await server.kill();
      rmSync(store, { recursive: true, force: true });
    },
    copy() {
      // While it is stopped nothing is half written that it has acknowledged.
      child?.kill("SIGSTOP");
      rmSync(kept, { recursive: true, force: true });
      cpSync(store, kept, { recursive: true, preserveTimestamps: true });
      child?.kill("SIGCONT");
    },
    async rollBack(what = "all") {
      await server.kill();
      const all = readdirSync(kept, { recursive: true, encoding: "utf8" });
      const back = what === "all" ? [""] : all.filter((path) => path.endsWith("/msgs"));
      for (const path of back) {
        rmSync(join(store, path), { recursive: true, force: true });
        cpSync(join(kept, path), join(store, path), { recursive: true, preserveTimestamps: true });
      }
    },
    async close() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
