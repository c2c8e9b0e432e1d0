import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { errorReply } from "./errors/error-body.js";
import { rawErrorReply } from "./errors/raw-error-reply.js";
import { RequestError } from "./errors/request-error.js";

const statusByFault: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what is no HTTP request, so that it never reaches the middleware, and closes the connection. */
export function refuseMalformedRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusByFault[error.code ?? ""] ?? 400;
  const message = `The HTTP request was refused: ${STATUS_CODES[status] ?? "Bad Request"}.`;
  socket.end(rawErrorReply(errorReply(new RequestError("REQUEST_INVALID", message)), { status }));
}
