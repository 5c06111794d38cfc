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
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const span = trace.getActiveSpan()?.spanContext();
      return span ? { trace: span.traceId } : {};
    },
  });
}
