import type { IncomingHttpHeaders } from "node:http";
import type { RequestFacts } from "@alcove/plugin-api";
import type { RunRequest } from "@alcove/runtime";
import { isUuid } from "../identity/user-id.js";
import type { RequestContext } from "../request-state.js";

const credentialHeaders: ReadonlySet<string> = new Set(["authorization", "proxy-authorization", "cookie", "x-api-key"]);
const traceIdPattern = /^[0-9a-f]{32}$/i;
const noTrace = /^0+$/;

/** What the run is to know of its request: in which run, conversation and trace the caller sees it. */
export function runRequestOf(context: RequestContext): RunRequest {
  const runId = header(context, "workflow-run-id");
  return {
    runId: runId !== undefined && isUuid(runId) ? runId.toLowerCase() : undefined,
    traceId: traceIdOf(header(context, "traceparent"), header(context, "workflow-trace-id")),
    traceParent: context.state.span?.spanContext(),
    conversationId: header(context, "conversation-id"),
    parentId: header(context, "workflow-parent-id"),
    request: new ContextRequestFacts(context),
    admitNewSession: context.state.admitNewSession,
    principal: context.state.principal,
  };
}

/** The trace id of a `traceparent` header, else of `workflow-trace-id`: 32 hexadecimal digits, not all of them zero. */
export function traceIdOf(traceparent: string | undefined, workflowTraceId: string | undefined): string | undefined {
  const parts = traceparent?.split("-") ?? [];
  const ofParent = parts.length >= 4 ? validTraceId(parts[1]) : undefined;
  return ofParent ?? validTraceId(workflowTraceId?.replaceAll("-", ""));
}

function validTraceId(text: string | undefined): string | undefined {
  return text !== undefined && traceIdPattern.test(text) && !noTrace.test(text) ? text.toLowerCase() : undefined;
}

/** The request as functions may see it: credentials are left out. Few functions ask, so nothing is read before they do. */
class ContextRequestFacts implements RequestFacts {
  readonly #context: RequestContext;
  #headers: Readonly<Record<string, string>> | undefined;

  constructor(context: RequestContext) {
    this.#context = context;
  }

  get requestId(): string {
    return this.#context.state.requestId;
  }

  get method(): string {
    return this.#context.method;
  }

  get path(): string {
    return this.#context.path;
  }

  get headers(): Readonly<Record<string, string>> {
    this.#headers ??= withoutCredentials(this.#context.req.headers);
    return this.#headers;
  }
}

/** The headers functions may see. */
export function withoutCredentials(received: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const entries = Object.entries(received).flatMap(([name, value]) =>
    value === undefined || credentialHeaders.has(name)
      ? []
      : [[name, typeof value === "string" ? value : value.join(", ")]],
  );
  // fromEntries defines keys rather than assigning them, so that a header __proto__ stays an ordinary one.
  return Object.freeze(Object.fromEntries(entries));
}

function header(context: RequestContext, name: string): string | undefined {
  const value = context.req.headers[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
