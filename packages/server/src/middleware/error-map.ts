import { AlcoveError, type LogFields, type Logger } from "@alcove/plugin-api";
import type { Middleware } from "koa";
import { type ErrorReply, errorReply, errorText } from "../errors/error-body.js";
import { httpMappings } from "../errors/http-status.js";
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

/** Writes the error of a request into the log, as {@link writeFailure} does, and its code into the state of the request. */
export function logFailure(logger: Logger, context: RequestContext, failure: Failure): void {
  const { method, path, req, state } = context;
  state.errorCode = failure.reply.body.code;
  // Nobody reads the reply of a client that is gone, and its run was aborted on purpose.
  writeFailure(
    logger,
    {
      what: `${method} ${path}`,
      requestId: state.requestId,
      isClientGone: req.socket.destroyed,
      fields: requestFields(context),
    },
    failure,
  );
}

/** What failed, for the log. */
export interface FailedTask {
  /** E.g. `POST /generate`. */
  readonly what: string;
  readonly requestId: string;
  readonly isClientGone: boolean;
  /** What else is known: the run and the trace. */
  readonly fields?: LogFields;
}

/**
 * Writes an error into the log: the server's own faults as errors with their cause and how to mend them; for debugging
 * what clients do, be it wrong or too much.
 */
export function writeFailure(
  logger: Logger,
  { what, requestId, isClientGone, fields: known }: FailedTask,
  { error, reply: { status, body } }: Failure,
): void {
  const fields = { requestId, ...known, code: body.code, status };
  if (!httpMappings[body.code].isProvoked && !isClientGone) {
    const message = AlcoveError.is(error) ? error.message : "an error outside the catalogue";
    const remedy = AlcoveError.is(error) ? { remedy: error.remedy } : {};
    logger.error(`${what} failed: ${message}`, { ...fields, ...remedy, error });
  } else {
    logger.debug(`${what} refused: ${body.message}`, fields);
  }
}

function replyWithError(context: RequestContext, { status, headers, body }: ErrorReply): void {
  context.set(headers);
  replyWithJsonText(context, status, errorText(body));
}
