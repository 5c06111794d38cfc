import { natsReader, natsUser, readerUser } from "./nats-permissions.ts";

export type NatsConfiguration = {
  port: number;
  monitorPort: number;
  storeFolder: string;
  users: { name: string; password: string; hears: string[] }[];
};

/** The configuration file of NATS. JSON is one of the forms it reads, and needs no quoting rules of our own. */
export function natsConfiguration({ port, monitorPort, storeFolder, users }: NatsConfiguration): string {
  const names = users.map(({ name }) => name).filter((name) => name !== "admin" && name !== readerUser);
  const rightsOf = (name: string, hears: string[]) =>
    name === readerUser ? natsReader(names) : natsUser({ name, hears });
  const configuration = {
    server_name: "lienthong",
    listen: `127.0.0.1:${port}`,
    http: `127.0.0.1:${monitorPort}`,
    jetstream: {
      store_dir: storeFolder,
      max_mem: "64M",
      // Each service's stream is promised STREAM_BYTES of it; the disk is taken as events come.
      max_file: "32G",
      // An acknowledged event is on the disk: the relay then marks it as published and never sends it again.
      sync_interval: "always",
    },
    authorization: {
      users: users.map(({ name, password, hears }) => ({
        user: name,
        password,
        ...(name !== "admin" && { permissions: rightsOf(name, hears) }),
      })),
    },
  };
  return `${JSON.stringify(configuration, undefined, 2)}\n`;
}
