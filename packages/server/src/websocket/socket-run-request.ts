import type { IncomingMessage } from "node:http";
import type { RequestFacts } from "@alcove/plugin-api";
import { type RunRequest, spanContextOf } from "@alcove/runtime";
import type { NewSessionLimit } from "../limits/new-session-limit.js";
import { traceIdOf, withoutCredentials } from "../routes/run-request.js";

/** What {@link socketRunRequest} needs beside the request. */
interface SocketRequestParts {
  readonly requestId: string;
  readonly path: string;
  readonly newSessionLimit: NewSessionLimit | undefined;
}

/** What runs are to know of the request that opened their socket. The run's own id and conversation come with each message. */
export function socketRunRequest(
  request: IncomingMessage,
  { requestId, path, newSessionLimit }: SocketRequestParts,
): RunRequest {
  const facts: RequestFacts = Object.freeze({
    requestId,
    method: request.method ?? "GET",
    path,
    headers: withoutCredentials(request.headers),
  });
  return {
    traceId: traceIdOf(header(request, "traceparent"), header(request, "workflow-trace-id")),
    // The socket has no span of its own: it would last as long as the socket, and spans are seen once they have ended.
    traceParent: spanContextOf(request.headers),
    parentId: header(request, "workflow-parent-id"),
    request: facts,
    admitNewSession: newSessionLimit && (() => newSessionLimit.admit(request)),
  };
}

function header({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
