import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { errorReply } from "./errors/error-body.js";
import { rawErrorReply } from "./errors/raw-error-reply.js";
import { RequestError } from "./errors/request-error.js";

const refusals: Readonly<Record<string, RequestError>> = {
  HPE_HEADER_OVERFLOW: new RequestError(
    "HEADERS_TOO_LARGE",
    "The request line and the headers are larger than this server takes. Send fewer or shorter headers.",
  ),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new RequestError(
    "BODY_TOO_LARGE",
    "The extensions of a chunk are too long. Leave them out.",
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new RequestError(
    "REQUEST_TIMED_OUT",
    "The request did not arrive in time. Send it again, without pauses.",
  ),
};
const malformed = new RequestError("REQUEST_INVALID", "The request is not HTTP as RFC 9112 defines it. Correct it.");

/**
 * Answers what is no HTTP request, so that it never reaches the middleware, and closes the connection.
 *
 * @param latest The reply to the latest request on the connection: that which comes before what is malformed, and whose
 * reply has to come first; or the beginning of which was sound, and which then gets this reply, if it has none yet.
 */
export function refuseMalformedRequest(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  latest: ServerResponse | undefined,
): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
  } else if (latest === undefined || (latest.req.complete && latest.writableFinished)) {
    refuse(error, socket);
  } else if (latest.req.complete) {
    latest.once("finish", () => refuse(error, socket));
  } else if (latest.headersSent) {
    // To answer one request twice would make every later reply the answer to another request.
    socket.destroy();
  } else {
    refuse(error, socket);
  }
}

function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  const reply = errorReply(refusals[error.code ?? ""] ?? malformed);
  socket.end(rawErrorReply(reply, { headers: { "x-request-id": randomUUID() } }));
}
