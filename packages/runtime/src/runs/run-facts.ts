import { randomUUID } from "node:crypto";
import type { Principal, RequestFacts, RunFacts } from "@alcove/plugin-api";
import type { SpanContext } from "@opentelemetry/api";

/** What a caller may say about a run it starts. */
export interface RunRequest {
  /** A UUID; a new one if left out. */
  readonly runId?: string | undefined;
  /** 32 hexadecimal digits; new ones if left out. */
  readonly traceId?: string | undefined;
  /** The span in which the run was started, e.g. that of its request. Its trace is the run's, whatever `traceId` says. */
  readonly traceParent?: SpanContext | undefined;
  /** What the caller calls the conversation; handed on to functions as it is. */
  readonly conversationId?: string | undefined;
  /** The step of another run in which this one was started; the parent of its first step. */
  readonly parentId?: string | undefined;
  /** The HTTP request being served. */
  readonly request?: RequestFacts | undefined;
  /**
   * Asked before the run begins a session for a user who has none; what it throws, a coded error, is what the run ends with.
   */
  readonly admitNewSession?: (() => void) | undefined;
  /** Who the caller has proved to be. Frozen, since functions see it. */
  readonly principal?: Principal | undefined;
  /** Aborts the run: the function's signal aborts, and nothing is committed. */
  readonly signal?: AbortSignal | undefined;
}

/** The facts of one run. Ids nobody named are made when they are first asked for. */
export class RequestedRunFacts implements RunFacts {
  readonly conversationId: string | undefined;
  readonly request: RequestFacts | undefined;
  /** Who the caller has proved to be. */
  readonly principal: Principal | undefined;
  /** The span in which the run was started. */
  readonly traceParent: SpanContext | undefined;
  #runId: string | undefined;
  #traceId: string | undefined;

  constructor({ runId, traceId, traceParent, conversationId, request, principal }: RunRequest) {
    this.#runId = runId;
    this.#traceId = traceParent?.traceId ?? traceId;
    this.conversationId = conversationId;
    this.request = request;
    this.principal = principal;
    this.traceParent = traceParent;
  }

  get runId(): string {
    this.#runId ??= randomUUID();
    return this.#runId;
  }

  get traceId(): string {
    this.#traceId ??= randomUUID().replaceAll("-", "");
    return this.#traceId;
  }
}
