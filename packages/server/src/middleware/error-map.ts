import { AlcoveError, type Logger } from "@alcove/plugin-api";
import type { Middleware } from "koa";
import { type ErrorBody, errorReply } from "../errors/error-body.js";
import { replyWithJsonText } from "../json-reply.js";
import type { RequestContext, RequestState } from "../request-state.js";

/**
 * Turns whatever the middleware below throws into a JSON reply. Faults of the server are logged as errors with their
 * cause, the client's own are logged for debugging.
 */
export function errorMap(logger: Logger): Middleware<RequestState> {
  return (context, next) => next().catch((error: unknown) => replyWithError(context, error, logger));
}

function replyWithError(context: RequestContext, error: unknown, logger: Logger): void {
  const { status, headers, body } = errorReply(error);
  const fields = { requestId: context.state.requestId, code: body.code, status };
  if (status >= 500 && !isClientGone(context)) {
    const what = AlcoveError.is(error) ? error.message : "an error outside the catalogue";
    logger.error(`${context.method} ${context.path} failed: ${what}`, { ...fields, error });
  } else {
    logger.debug(`${context.method} ${context.path} refused: ${body.message}`, fields);
  }
  context.set(headers);
  replyWithJsonText(context, status, errorText(body));
}

/** A fault may quote what the client sent, and that may nest too deep for JSON.stringify. */
function errorText(body: ErrorBody): string {
  try {
    return JSON.stringify(body);
  } catch {
    return JSON.stringify({ code: body.code, message: body.message, details: null });
  }
}

// Nobody reads the reply then, and the run was aborted on purpose.
function isClientGone(context: RequestContext): boolean {
  return context.req.socket.destroyed;
}
