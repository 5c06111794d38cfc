import { trace } from "@opentelemetry/api";
import { pino } from "pino";

export type Log = pino.Logger;

/**
 * The service's log: one JSON line each, with the trace's id inside.
 * Fields are ids and counts only; names, contacts, card numbers, search texts and tokens never are.
 */
export function openLog(service: string, level = "info"): Log {
  return pino({
    level,
    base: { service },
    serializers: { err: (error: unknown) => describeError(error) },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext();
      return span ? { trace: span.traceId } : {};
    },
  });
}

/**
 * An error as a log may show it. The driver of the database hangs the failing row on its errors (`detail`), and with it
 * names and card numbers: of an error only what code wrote is kept.
 */
function describeError(error: unknown, causes = causesMax): object {
  if (!(error instanceof Error)) return { message: String(error).slice(0, messageMax) };
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  const cause = error.cause === undefined || causes === 0 ? {} : { cause: describeError(error.cause, causes - 1) };
  const [message, stack] = [error.message.slice(0, messageMax), error.stack?.slice(0, stackMax)];
  return { type: error.name, code, constraint, message, stack, ...cause };
}

// Whatever an error has swallowed, a line of the log stays one that people and programs can read.
const [messageMax, stackMax, causesMax] = [2_000, 4_000, 4];
