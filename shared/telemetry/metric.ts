import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from "prom-client";

type Labels = Record<string, string>;

/** A number that only rises. Labels are few and bounded: never an id, a name or a search text. */
export function counter(name: string, help: string): { add(by: number, labels: Labels): void } {
  const metric = new Counter({ name: `lienthong_${name}`, help, labelNames: ["call", "outcome", "event"] });
  return { add: (by, labels) => metric.inc(labels, by) };
}

/** Durations in seconds. */
export function durations(name: string, help: string): { observe(seconds: number, labels: Labels): void } {
  const buckets = [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10];
  const metric = new Histogram({ name: `lienthong_${name}`, help, labelNames: ["call", "outcome"], buckets });
  return { observe: (seconds, labels) => metric.observe(labels, seconds) };
}

/** A number that rises and falls, set when it is known. */
export function level(name: string, help: string): { set(value: number, labels: Labels): void } {
  const metric = new Gauge({ name: `lienthong_${name}`, help, labelNames: ["stream"] });
  return { set: (value, labels) => metric.set(labels, value) };
}

/** Numbers of pools of connections, read when somebody looks. */
export function gauge(name: string, help: string, read: () => Iterable<{ pool: string; value: number }>): void {
  new Gauge({
    name: `lienthong_${name}`,
    help,
    labelNames: ["pool"],
    collect() {
      for (const { pool, value } of read()) this.set({ pool }, value);
    },
  });
}

/** All metrics in Prometheus' text form, those of the process included. */
export function metricsText(): Promise<string> {
  return register.metrics();
}

export const contentType = register.contentType;
collectDefaultMetrics({ prefix: "lienthong_" });
