import type { Metadata, ServiceDefinition } from "@grpc/grpc-js";

const answeredKey = "grpc-retry-pushback-ms";

/**
 * Marks an UNAVAILABLE as a service's own answer: it is there, a part behind it is not. So only who holds a connection that
 * broke asks again, and never two layers one above the other.
 */
export const sayAnswered = (trailers: Metadata) => trailers.set(answeredKey, "-1");

/** Whether it was the service that said so, not the connection to it. */
export const isAnswered = (trailers: Metadata | undefined) => (trailers?.get(answeredKey).length ?? 0) > 0;

/**
 * Calls whose connection broke are made again, twice at most and a little later each time; commands carry a request id and
 * are done once. Uploads are not: their sender may have let go of what was sent. When calls fail again and again, retries
 * stop: one for ten calls that succeed (gRFC A6).
 */
export function serviceConfig(definitions: readonly ServiceDefinition[]): string {
  const methods = definitions.flatMap((definition) => Object.values(definition));
  const uploads = methods.filter((method) => method.requestStream).map((method) => nameOf(method.path));
  return JSON.stringify({
    loadBalancingConfig: [],
    methodConfig: [
      ...(uploads.length > 0 ? [{ name: uploads }] : []),
      {
        name: [{}],
        retryPolicy: {
          maxAttempts: 3,
          initialBackoff: "0.1s",
          maxBackoff: "0.5s",
          backoffMultiplier: 3,
          retryableStatusCodes: ["UNAVAILABLE"],
        },
      },
    ],
    retryThrottling: { maxTokens: 10, tokenRatio: 0.1 },
  });
}

function nameOf(path: string): { service: string; method: string } {
  const [, service = "", method = ""] = path.split("/");
  return { service, method };
}
