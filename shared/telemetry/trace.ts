import { appendFileSync } from "node:fs";
import {
  type Attributes,
  type Context,
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { ZipkinExporter } from "@opentelemetry/exporter-zipkin";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

/** What travels with a request or an event so that a trace goes on at the other side. */
export { SpanKind } from "@opentelemetry/api";

export type Carrier = Record<string, string>;

/**
 * Starts tracing for this process.
 * @param target `none`, `file:PATH` (one JSON line a span), `zipkin:URL` or `otlp:URL`
 * @returns a function that sends what is left and stops
 */
export function startTracing(service: string, target: string): () => Promise<void> {
  const processor = spanProcessor(target);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    // Where nobody collects spans none are recorded; a trace's id still goes along with calls, events and log lines.
    ...(processor ? { spanProcessors: [processor] } : { sampler: new AlwaysOffSampler() }),
  });
  provider.register();
  return () => provider.shutdown();
}

/** Runs work inside a span; a thrown error marks the span and goes on being thrown. */
export async function inSpan<T>(
  name: string,
  options: { kind?: SpanKind; attributes?: Attributes; parent?: Carrier },
  work: () => Promise<T>,
): Promise<T> {
  const parent: Context = options.parent ? propagation.extract(context.active(), options.parent) : context.active();
  const tracer = trace.getTracer("lienthong");
  const start = { kind: options.kind ?? SpanKind.INTERNAL, attributes: options.attributes ?? {} };
  return tracer.startActiveSpan(name, start, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The active trace as headers (`traceparent`), empty when nothing is traced. */
export function traceHeaders(): Carrier {
  const carrier: Carrier = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}

function spanProcessor(target: string): SpanProcessor | undefined {
  const [kind, ...rest] = target.split(":");
  const place = rest.join(":");
  if (kind === "none") return undefined;
  if (kind === "file") return new SimpleSpanProcessor(fileExporter(place));
  if (kind === "zipkin") return new BatchSpanProcessor(new ZipkinExporter({ url: place }));
  if (kind === "otlp") return new BatchSpanProcessor(new OTLPTraceExporter({ url: place }));
  throw new Error(`TRACES is "${target}"; expected none, file:PATH, zipkin:URL or otlp:URL`);
}

function fileExporter(path: string): SpanExporter {
  return {
    export(spans, done) {
      appendFileSync(path, spans.map((span) => `${JSON.stringify(asLine(span))}\n`).join(""));
      done({ code: 0 });
    },
    shutdown: async () => {},
  };
}

const asLine = (span: ReadableSpan) => ({
  service: span.resource.attributes["service.name"],
  name: span.name,
  kind: SpanKind[span.kind],
  trace: span.spanContext().traceId,
  id: span.spanContext().spanId,
  parent: span.parentSpanContext?.spanId,
  attributes: span.attributes,
  failed: span.status.code === SpanStatusCode.ERROR,
});
