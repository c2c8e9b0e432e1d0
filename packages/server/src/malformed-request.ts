import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { errorReply } from "./errors/error-body.js";
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
  const text = JSON.stringify(errorReply(new RequestError("REQUEST_INVALID", message)).body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nConnection: close\r\n` +
      `Content-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
