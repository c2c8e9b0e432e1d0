import { AlcoveError, type Logger } from "@alcove/plugin-api";
import type { Middleware } from "koa";
import { type ErrorReply, errorReply, errorText } from "../errors/error-body.js";
import { replyWithJsonText } from "../json-reply.js";
import type { RequestContext, RequestState } from "../request-state.js";
import { requestFields } from "./request-fields.js";

/**
 * Turns whatever the middleware below throws into a JSON reply, and logs it.
 *
 * @param replyTo What whoever asks may be told.
 */
export function errorMap(
  logger: Logger,
  replyTo: (error: unknown) => ErrorReply = errorReply,
): Middleware<RequestState> {
  return (context, next) =>
    next().catch((error: unknown) => {
      const reply = replyTo(error);
      logFailure(logger, context, { error, reply });
      replyWithError(context, reply);
    });
}

/** What became of an error. */
export interface Failure {
  readonly error: unknown;
  /** What the client is told. */
  readonly reply: ErrorReply;
}

/**
 * Writes an error into the log, and its code into the state of the request: the server's own faults as errors with their
 * cause and how to mend them, the client's for debugging.
 */
export function logFailure(logger: Logger, context: RequestContext, { error, reply: { status, body } }: Failure): void {
  context.state.errorCode = body.code;
  const fields = { ...requestFields(context), code: body.code, status };
  if (status >= 500 && !isClientGone(context)) {
    const what = AlcoveError.is(error) ? error.message : "an error outside the catalogue";
    const remedy = AlcoveError.is(error) ? { remedy: error.remedy } : {};
    logger.error(`${context.method} ${context.path} failed: ${what}`, { ...fields, ...remedy, error });
  } else {
    logger.debug(`${context.method} ${context.path} refused: ${body.message}`, fields);
  }
}

function replyWithError(context: RequestContext, { status, headers, body }: ErrorReply): void {
  context.set(headers);
  replyWithJsonText(context, status, errorText(body));
}

// Nobody reads the reply then, and the run was aborted on purpose.
function isClientGone(context: RequestContext): boolean {
  return context.req.socket.destroyed;
}
