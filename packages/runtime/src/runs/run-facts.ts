import { randomUUID } from "node:crypto";
import type { RequestFacts, RunFacts } from "@alcove/plugin-api";

/** What a caller may say about a run it starts. */
export interface RunRequest {
  /** A UUID; a new one if left out. */
  readonly runId?: string | undefined;
  /** 32 hexadecimal digits; new ones if left out. */
  readonly traceId?: string | undefined;
  readonly conversationId?: string | undefined;
  /** The step of another run in which this one was started; the parent of its first step. */
  readonly parentId?: string | undefined;
  /** The HTTP request being served. */
  readonly request?: RequestFacts | undefined;
  /** Aborts the run: the function's signal aborts, and nothing is committed. */
  readonly signal?: AbortSignal | undefined;
}

/** The facts of a new run. */
export function createRunFacts(request: RunRequest): RunFacts {
  return Object.freeze({
    runId: request.runId ?? randomUUID(),
    traceId: request.traceId ?? randomUUID().replaceAll("-", ""),
    conversationId: request.conversationId,
    request: request.request,
  });
}
