import type { Logger } from "@alcove/plugin-api";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-node";

/** Hands spans on, and logs once when that begins to fail, and once when it works again. What failed is not tried again. */
export class WatchedSpanExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #place: string;
  readonly #logger: Logger;
  #lost = 0;

  /** @param place Where the spans go, as the log may say it: without credentials. */
  constructor(exporter: SpanExporter, place: string, logger: Logger) {
    this.#exporter = exporter;
    this.#place = place;
    this.#logger = logger;
  }

  export(spans: ReadableSpan[], report: Parameters<SpanExporter["export"]>[1]): void {
    this.#exporter.export(spans, (result) => {
      if (result.code === 0) {
        this.#noteSuccess();
      } else {
        this.#noteFailure(spans.length, result.error);
      }
      report(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #noteSuccess(): void {
    if (this.#lost > 0) {
      this.#logger.info(`Spans reach ${this.#place} again`, { lost: this.#lost });
      this.#lost = 0;
    }
  }

  // The error may carry the reply of the collector, and whatever that repeats of the request; its message does not.
  #noteFailure(count: number, error: Error | undefined): void {
    if (this.#lost === 0) {
      this.#logger.warn(`Spans do not reach ${this.#place}; they are dropped until it takes them`, {
        reason: error?.message,
      });
    }
    this.#lost += count;
  }
}
