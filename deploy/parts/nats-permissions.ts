export type NatsRights = { publish: { allow: string[] }; subscribe: { allow: string[] } };

/**
 * What a service may do on the bus: write its own events into its own stream, read the streams it hears through a
 * consumer that has its name, and nothing else. `hears` holds the names of the services whose events it consumes.
 */
export function natsUser({ name, hears }: { name: string; hears: string[] }): NatsRights {
  const own = streamOf(name);
  return {
    publish: {
      allow: [
        `lt.${name}.>`,
        `hint.${name}.>`,
        "$JS.API.INFO",
        ...["CREATE", "UPDATE", "INFO", "MSG.GET"].map((call) => `$JS.API.STREAM.${call}.${own}`),
        // It compares what lies in its stream with its archive, through a consumer that lives as long as that takes.
        ...readingRights(own, `${name}-reconcile`),
        ...hears.flatMap((heard) => readingRights(streamOf(heard), name)),
        // It looks whether what it has applied still lies where it lay: in a stream that was rolled back it does not.
        ...hears.map((heard) => `$JS.API.STREAM.MSG.GET.${streamOf(heard)}`),
      ],
    },
    subscribe: { allow: [`_INBOX_${name}.>`, `hint.${name}.>`] },
  };
}

/** Looks into every stream and writes into none: for `lienthong invariants`. */
export const readerUser = "reader";

/** What the reader may do: see how streams and their consumers stand, and read through a consumer of its own name. */
export function natsReader(services: readonly string[]): NatsRights {
  return {
    publish: {
      allow: services
        .map(streamOf)
        .flatMap((stream) => [
          ...["INFO", "MSG.GET"].map((call) => `$JS.API.STREAM.${call}.${stream}`),
          `$JS.API.CONSUMER.INFO.${stream}.*`,
          ...["CREATE", "MSG.NEXT", "DELETE"].map((call) => `$JS.API.CONSUMER.${call}.${stream}.invariants`),
        ]),
    },
    subscribe: { allow: [`_INBOX_${readerUser}.>`] },
  };
}

/** The stream that holds a service's events. */
export function streamOf(service: string): string {
  return service.toUpperCase().replaceAll("-", "_");
}

function readingRights(stream: string, consumer: string): string[] {
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.${consumer}`,
    // A consumer with one filter is made on a subject that ends in the filter.
    `$JS.API.CONSUMER.CREATE.${stream}.${consumer}.>`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${consumer}`,
    `$JS.API.CONSUMER.INFO.${stream}.${consumer}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
    `$JS.API.CONSUMER.DELETE.${stream}.${consumer}`,
    `$JS.ACK.${stream}.${consumer}.>`,
  ];
}
