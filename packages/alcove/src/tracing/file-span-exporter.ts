import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type HrTime, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-node";

/** Told what became of an export. */
type Report = Parameters<SpanExporter["export"]>[1];

/** Appends spans to a file, a JSON object a line. The file is opened for each batch, so that it can be moved away meanwhile. */
export class FileSpanExporter implements SpanExporter {
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();

  /** @param path The absolute path. The file is made for its owner alone, and its folder, when there is something to write. */
  constructor(path: string) {
    this.#path = path;
  }

  export(spans: ReadableSpan[], report: Report): void {
    const text = spans.map((span) => `${JSON.stringify(lineOf(span))}\n`).join("");
    this.#writing = this.#writing
      .then(() => this.#append(text))
      .then(
        () => report({ code: 0 }),
        (error: Error) => report({ code: 1, error }),
      );
  }

  async forceFlush(): Promise<void> {
    await this.#writing;
  }

  async shutdown(): Promise<void> {
    await this.#writing;
  }

  async #append(text: string): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    await appendFile(this.#path, text, { mode: 0o600 });
  }
}

function lineOf(span: ReadableSpan): object {
  const { traceId, spanId } = span.spanContext();
  const { code, message } = span.status;
  return {
    name: span.name,
    trace_id: traceId,
    span_id: spanId,
    parent_id: span.parentSpanContext?.spanId ?? null,
    kind: SpanKind[span.kind].toLowerCase(),
    start: isoTime(span.startTime),
    duration_ms: millisecondsOf(span.duration),
    status: SpanStatusCode[code].toLowerCase(),
    ...(message === undefined ? {} : { status_message: message }),
    attributes: span.attributes,
    links: span.links.map(({ context }) => ({ trace_id: context.traceId, span_id: context.spanId })),
    events: span.events.map(({ name, time, attributes }) => ({ name, time: isoTime(time), attributes })),
    resource: span.resource.attributes,
  };
}

function isoTime(time: HrTime): string {
  return new Date(millisecondsOf(time)).toISOString();
}

function millisecondsOf([seconds, nanoseconds]: HrTime): number {
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
