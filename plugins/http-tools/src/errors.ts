/** What a request was refused for, or failed with. `code` says it to programs, the message to people. */
export abstract class HttpToolError extends Error {
  /** Which kind of error it is; never given another meaning. */
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A URL is not one of an allowed origin, or holds a password. Nothing was sent to it. */
export class UrlNotAllowedError extends HttpToolError {
  readonly code = "URL_NOT_ALLOWED";
}

/** A host has no address that is public or allowed by name. Nothing was sent to it. */
export class AddressNotAllowedError extends HttpToolError {
  readonly code = "ADDRESS_NOT_ALLOWED";

  constructor(host: string, addresses: readonly string[]) {
    super(
      `${host} is at ${addresses.join(", ")}, which is not public. Name the address in allowed_addresses if it may be connected to.`,
    );
  }
}

/** A method is not allowed. Nothing was sent. */
export class MethodNotAllowedError extends HttpToolError {
  readonly code = "METHOD_NOT_ALLOWED";

  constructor(method: string, allowed: Iterable<string>) {
    super(`${method} is not allowed; methods are ${[...allowed].join(", ")}.`);
  }
}

/** A header may not be sent. Nothing was. */
export class HeaderNotAllowedError extends HttpToolError {
  readonly code = "HEADER_NOT_ALLOWED";

  constructor(name: string, allowed: Iterable<string>) {
    super(`The header ${name} may not be sent; request_headers are ${[...allowed].join(", ")}.`);
  }
}

/** The body of a request is larger than `max_request_bytes`. Nothing was sent. */
export class RequestTooLargeError extends HttpToolError {
  readonly code = "REQUEST_TOO_LARGE";

  constructor(bytes: number, maxBytes: number) {
    super(`The body has ${bytes} bytes, and may have ${maxBytes}.`);
  }
}

/** The body of a response is larger than `max_response_bytes`. Reading stopped there. */
export class ResponseTooLargeError extends HttpToolError {
  readonly code = "RESPONSE_TOO_LARGE";

  constructor(url: URL, maxBytes: number) {
    super(`${placeOf(url)} answers with more than ${maxBytes} bytes.`);
  }
}

/** A request was redirected more than `max_redirects` times. */
export class TooManyRedirectsError extends HttpToolError {
  readonly code = "TOO_MANY_REDIRECTS";

  constructor(url: URL, maxRedirects: number) {
    super(`${placeOf(url)} redirects once more, after ${maxRedirects} redirects.`);
  }
}

/** The response was not complete within `timeout`, redirects included. */
export class RequestTimedOutError extends HttpToolError {
  readonly code = "REQUEST_TIMED_OUT";

  constructor(url: URL, timeoutMs: number) {
    super(`${placeOf(url)} has not answered completely within ${timeoutMs} ms.`);
  }
}

/** There is no response: nobody listens, the name is unknown, the connection broke, or what came is not HTTP. */
export class RequestFailedError extends HttpToolError {
  readonly code = "REQUEST_FAILED";

  constructor(url: URL, cause: unknown) {
    super(`${placeOf(url)} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
}

/** A host shows a certificate that is not trusted, has expired or is another's. Nothing was sent to it. */
export class CertificateNotTrustedError extends HttpToolError {
  readonly code = "CERTIFICATE_NOT_TRUSTED";

  constructor(url: URL, cause: Error) {
    super(
      `${url.origin} shows a certificate that is not trusted: ${cause.message}. If it is the right one, name a file with its authority in NODE_EXTRA_CA_CERTS when the server is started.`,
      { cause },
    );
  }
}

// A query may hold what nobody else is to read.
function placeOf(url: URL): string {
  return url.origin + url.pathname;
}
