import type { RequestFacts } from "@alcove/plugin-api";
import type { RequestedRunFacts, RunRequest } from "../runs/run-facts.js";
import { spanContextOf, traceHeadersOf } from "../tracing/trace-headers.js";
import type { StoredExecutionInput } from "./execution-records.js";

/** What is stored of how an execution was started: enough to begin its run again, in this process or the next. */
export function storedInputOf(
  input: unknown,
  { runId, traceId, traceParent, conversationId, request, principal }: RequestedRunFacts,
  parentId: string | undefined,
): StoredExecutionInput {
  return {
    input,
    run_id: runId,
    trace_id: traceId,
    trace_headers: traceParent && traceHeadersOf(traceParent),
    conversation_id: conversationId,
    parent_id: parentId,
    principal: principal && { ...principal, roles: [...principal.roles], claims: { ...principal.claims } },
    request: request && {
      request_id: request.requestId,
      method: request.method,
      path: request.path,
      headers: { ...request.headers },
    },
  };
}

/** What a run of the execution is told about its request. */
export function requestOf(stored: StoredExecutionInput): RunRequest {
  const { run_id, trace_id, trace_headers, conversation_id, parent_id, request, principal } = stored;
  const facts: RequestFacts | undefined = request && {
    requestId: request.request_id,
    method: request.method,
    path: request.path,
    headers: request.headers,
  };
  return {
    runId: run_id,
    traceId: trace_id,
    traceParent: trace_headers && spanContextOf(trace_headers),
    conversationId: conversation_id,
    parentId: parent_id,
    request: facts,
    principal: principal && Object.freeze(principal),
  };
}
