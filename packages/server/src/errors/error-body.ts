import { AlcoveError, type ErrorCode, errorCatalogue, type JsonValue } from "@alcove/plugin-api";
import { httpMappings } from "./http-status.js";
import { RequestError } from "./request-error.js";
import type { ValidationFault } from "./validation-detail.js";

/** The body of every reply that is an error. */
export interface ErrorBody {
  /** A code of the error catalogue. */
  readonly code: ErrorCode;
  /** One sentence for people. */
  readonly message: string;
  /** Facts for programs; `null` where there are none. */
  readonly details: JsonValue;
  /** Replies to an invalid body carry the reference's list of faults as well. */
  readonly detail?: readonly ValidationFault[];
}

/** An error in the form it is sent in. */
export interface ErrorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

/**
 * The reply to an error. An error outside the catalogue is a fault of Alcove: `INTERNAL`, and not one word of its cause.
 */
export function errorReply(error: unknown): ErrorReply {
  if (!AlcoveError.is(error)) {
    return { status: httpMappings.INTERNAL.status, headers: {}, body: summaryOf("INTERNAL") };
  }
  const { status, isMessagePublic } = httpMappings[error.code] ?? httpMappings.INTERNAL;
  const body = isMessagePublic
    ? { code: error.code, message: error.message, details: error.details ?? null }
    : summaryOf(error.code);
  const isRequestError = error instanceof RequestError;
  const headers: Record<string, string> = isRequestError ? { ...error.headers } : {};
  if (error.retryAfterSeconds !== undefined) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(error.retryAfterSeconds)));
  }
  return {
    status,
    headers,
    body: isRequestError && error.detail !== undefined ? { ...body, detail: error.detail } : body,
  };
}

/** The reply to an error for the owner of the server, who may read what every error says. */
export function ownerErrorReply(error: unknown): ErrorReply {
  const reply = errorReply(error);
  const message = error instanceof Error ? error.message : String(error);
  const details = AlcoveError.is(error) ? (error.details ?? null) : null;
  return { ...reply, body: { code: reply.body.code, message, details } };
}

/** The JSON text of an error body. A fault may quote what the client sent, and that may nest too deep for JSON.stringify. */
export function errorText(body: ErrorBody): string {
  try {
    return JSON.stringify(body);
  } catch {
    return JSON.stringify({ code: body.code, message: body.message, details: null });
  }
}

function summaryOf(code: ErrorCode): ErrorBody {
  const { summary, remedy } = errorCatalogue[code] ?? errorCatalogue.INTERNAL;
  return { code, message: `${summary} ${remedy}`, details: null };
}
