import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace-node";

/** Makes the ids of spans and traces: random ones, but for a trace that has been named. */
export class TraceIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #named: string | undefined;

  /** Calls `start` at once; a trace that begins in it has this id. */
  inTrace<Result>(traceId: string, start: () => Result): Result {
    this.#named = traceId;
    try {
      return start();
    } finally {
      this.#named = undefined;
    }
  }

  generateTraceId(): string {
    return this.#named ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#random.generateSpanId();
  }
}
