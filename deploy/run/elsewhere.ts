import { connect } from "node:net";
import { Failure } from "./failure.ts";

/** Makes sure that a part that runs elsewhere answers at all, and names the setting that says where when it does not. */
export async function assertAnswers(part: string, setting: string, address: string): Promise<void> {
  const { protocol, hostname, port } = new URL(address);
  const standard = { "http:": 80, "https:": 443, "nats:": 4222, "tls:": 4222 }[protocol] ?? 5432;
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) =>
      reject(
        new Failure(
          `${part} does not answer at ${address} (${why}), which ${setting} names; start it or correct ${setting}.`,
        ),
      );
    const socket = connect({ host: hostname, port: Number(port) || standard, timeout: 5000 });
    socket.once("timeout", () => fail("no answer within 5 seconds"));
    socket.once("error", (error) => fail(error.message));
    socket.once("connect", () => resolve());
    for (const event of ["timeout", "error", "connect"]) socket.once(event, () => socket.destroy());
  });
}
