import { AlcoveError, type Logger } from "@alcove/plugin-api";
import type { Middleware } from "koa";
import { type ErrorBody, type ErrorReply, errorReply } from "../errors/error-body.js";
import { replyWithJsonText } from "../json-reply.js";
import type { RequestContext, RequestState } from "../request-state.js";

/**
 * Turns whatever the middleware below throws into a JSON reply. Faults of the server are logged as errors with their
 * cause and how to mend them, the client's own are logged for debugging.
 *
 * @param replyTo What whoever asks may be told.
 */
export function errorMap(
  logger: Logger,
  replyTo: (error: unknown) => ErrorReply = errorReply,
): Middleware<RequestState> {
  return (context, next) =>
    next().catch((error: unknown) => replyWithError(context, error, { logger, reply: replyTo(error) }));
}

interface Reaction {
  readonly logger: Logger;
  readonly reply: ErrorReply;
}

function replyWithError(context: RequestContext, error: unknown, { logger, reply }: Reaction): void {
  const { status, headers, body } = reply;
  const fields = { requestId: context.state.requestId, code: body.code, status };
  if (status >= 500 && !isClientGone(context)) {
    const what = AlcoveError.is(error) ? error.message : "an error outside the catalogue";
    const remedy = AlcoveError.is(error) ? { remedy: error.remedy } : {};
    logger.error(`${context.method} ${context.path} failed: ${what}`, { ...fields, ...remedy, error });
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
