import { type IncomingMessage, request as requestPlainly } from "node:http";
import { request as requestSecurely } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { CertificateNotTrustedError, HttpToolError, RequestFailedError, ResponseTooLargeError } from "./errors.js";
import type { Policy } from "./policy.js";

/** One request, as it is sent. */
export interface OutgoingRequest {
  readonly url: URL;
  /** In capitals. */
  readonly method: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined` where there is none. */
  readonly body: Buffer | undefined;
}

/**
 * Sends a request over a connection of its own, and resolves to the response as soon as its headers are there. Read its body with
 * {@link readBody}, or destroy it.
 *
 * @throws REQUEST_FAILED, CERTIFICATE_NOT_TRUSTED, ADDRESS_NOT_ALLOWED; anything once `signal` has aborted.
 */
export function exchange(
  { url, method, headers, body }: OutgoingRequest,
  { lookup }: Pick<Policy, "lookup">,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const send = url.protocol === "https:" ? requestSecurely : requestPlainly;
  return new Promise<IncomingMessage>((resolve, reject) => {
    const sent = send(url, { method, headers, lookup, signal, agent: false }, resolve);
    sent.on("error", (error) =>
      reject(isOfCertificate(sent.socket) ? new CertificateNotTrustedError(url, error) : error),
    );
    // The last word, when a server changes the protocol and closes without an error.
    sent.once("close", () => reject(new RequestFailedError(url, "it closed the connection without a response")));
    sent.end(body);
  }).catch((error: unknown) => {
    throw failureOf(url, error);
  });
}

/** @throws RESPONSE_TOO_LARGE; REQUEST_FAILED when the connection breaks before the body is complete. */
export function readBody(response: IncomingMessage, url: URL, maxBytes: number): Promise<Buffer> {
  return collect(response, url, maxBytes).catch((error: unknown) => {
    throw failureOf(url, error);
  });
}

async function collect(response: IncomingMessage, url: URL, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const read = Buffer.from(chunk);
    bytes += read.length;
    if (bytes > maxBytes) {
      throw new ResponseTooLargeError(url, maxBytes);
    }
    chunks.push(read);
  }
  return Buffer.concat(chunks, bytes);
}

function isOfCertificate(socket: Socket | null): boolean {
  return socket instanceof TLSSocket && Boolean(socket.authorizationError);
}

function failureOf(url: URL, error: unknown): HttpToolError {
  return error instanceof HttpToolError ? error : new RequestFailedError(url, error);
}
