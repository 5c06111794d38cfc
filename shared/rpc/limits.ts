import type { ChannelOptions, Metadata } from "@grpc/grpc-js";

// What is larger than a message may be goes as a stream.
export const messageBytesMax = 1024 * 1024;
/** Token, library, request id and trace of a call; what is more is an attack. */
export const metadataBytesMax = 8 * 1024;

const minuteMs = 60_000;

// Statistics of each call, for a tool that nobody here asks: our own stand in the metrics.
const noStatistics: ChannelOptions = { "grpc.enable_channelz": 0 };

/** What a server takes from one connection, and for how long. */
export const serverLimits: ChannelOptions = {
  ...noStatistics,
  "grpc.max_receive_message_length": messageBytesMax,
  "grpc.max_send_message_length": messageBytesMax,
  "grpc.max_concurrent_streams": 100,
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
  // Connections are made anew now and then, so that callers find replicas that came later.
  "grpc.max_connection_age_ms": 30 * minuteMs,
  // As long as the longest call may take.
  "grpc.max_connection_age_grace_ms": 30 * minuteMs,
};

/** What a client takes from a server, and how it notices that the server is gone. */
export const clientLimits: ChannelOptions = {
  ...noStatistics,
  "grpc.max_receive_message_length": messageBytesMax,
  "grpc.max_send_message_length": messageBytesMax,
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
};

/** Names and values of a call's metadata in bytes. */
export function sizeOf(metadata: Metadata): number {
  let bytes = 0;
  for (const name of Object.keys(metadata.getMap())) {
    for (const value of metadata.get(name)) bytes += name.length + value.length;
  }
  return bytes;
}
