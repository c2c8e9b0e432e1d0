import type { Tracer } from "@opentelemetry/api";

/** What makes the spans of requests and runs. It is handed in from outside, and absent while nothing is traced. */
export interface Tracing {
  /** Starts spans. Contexts are passed to it explicitly, so that it needs no context manager. */
  readonly tracer: Tracer;
  /** Whether spans hold what functions are given and what they return. */
  readonly recordsContent: boolean;
  /** Stands for a user in spans: always the same for the same user, and no way back to the id. */
  pseudonymOf(userId: string): string;
  /**
   * Calls `start` at once. A span without a parent that is started in it begins the trace of this id.
   *
   * @param traceId 32 hexadecimal digits.
   */
  inTrace<Result>(traceId: string, start: () => Result): Result;
}
