import { AckPolicy, DeliverPolicy, type JsMsg } from "@nats-io/jetstream";
import type { Bus } from "@lienthong/bus/connection.ts";
import { absent } from "@lienthong/bus/stream.ts";
import { type Evidence, Unreadable } from "./evidence.ts";

const consumerName = "invariants";
const messagesAtOnce = 2_000;

/**
 * Reads what lies in a stream when it is asked, from its beginning. In turn with whoever else checks the same platform: the
 * bus knows the consumer by its name, and two would each read a half.
 * @throws Unreadable when it cannot be read to its end
 */
export async function readStream(
  evidence: Evidence,
  bus: Bus,
  stream: string,
  options: { headersOnly: boolean },
  each: (message: JsMsg) => void,
): Promise<void> {
  await evidence.alone(async () => {
    await bus.manage.consumers.delete(stream, consumerName).catch(absent);
    const made = await bus.manage.consumers.add(stream, {
      name: consumerName,
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.All,
      headers_only: options.headersOnly,
      mem_storage: true,
      inactive_threshold: 30_000_000_000,
    });
    const consumer = await bus.publish.consumers.get(stream, consumerName);
    // As many as there were: what comes meanwhile is for the next time, or a busy stream would never be read to its end.
    for (let left = made.num_pending; left > 0; ) {
      let read = 0;
      for await (const message of await consumer.fetch({ max_messages: messagesAtOnce, expires: 5_000 })) {
        read += 1;
        left -= 1;
        each(message);
        if (left === 0) break;
      }
      if (read === 0) throw new Unreadable(`The stream ${stream} could not be read to its end: ${left} are left`);
    }
    await bus.manage.consumers.delete(stream, consumerName).catch(absent);
  });
}
