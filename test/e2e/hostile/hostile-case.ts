/** A class of hostile requests. */
export type HostileClass =
  | "cookies"
  | "headers"
  | "tokens"
  | "bodies"
  | "paths"
  | "framing"
  | "web-sockets"
  | "ownership";

/** Whose data nobody else may see, and what others may know of it. */
export interface Victim {
  /** What the victim's cookie holds: what others do not know. */
  readonly cookie: string;
  /** The victim's user id: what others may know. */
  readonly userId: string;
  /** An idempotency key under which a reply of the victim is kept, and the body it was sent with. */
  readonly idempotencyKey: string;
  readonly body: string;
  /** The run and the conversation in which the victim's secret was stored. */
  readonly runId: string;
  readonly conversationId: string;
  /** A job of the victim, whose result holds the secret. */
  readonly jobId: string;
}

/** Something hostile that is sent over one connection, and what has to come back. */
export interface HostileCase {
  /** What is tried, as the end of a sentence. */
  readonly name: string;
  /** What is sent, one byte a character. */
  readonly bytes: string | ((victim: Victim) => string);
  /** The replies in order, each as its status and, for an error, its code: `401 USER_ID_REQUIRED`. */
  readonly answers: readonly string[];
  /** What the text of all replies together has to match. */
  readonly matching?: RegExp;
}

const lineEnd = "\r\n";

/** A request with a head as it stands, and the body after it. Nothing is added. */
export function message(head: readonly string[], body = ""): string {
  return `${head.join(lineEnd)}${lineEnd}${lineEnd}${body}`;
}

/** Asks for a health check, after which the server closes the connection. */
export const last = message(["GET /health HTTP/1.1", "Host: a", "Connection: close"]);

/** What mallory asks for unless the body is what is hostile: a list of notes, and mallory has none. */
export const listNotes = '{"command":"note","action":"list"}';

/** What a {@link generate} is made of. */
export interface GenerateParts {
  readonly cookie?: string | undefined;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly path?: string;
}

/** A call of the workflow after which the server closes the connection; by mallory unless another cookie is given. */
export function generate({
  cookie = "nat-session=mallory",
  headers = [],
  body = listNotes,
  path = "/generate",
}: GenerateParts = {}): string {
  return message(
    [
      `POST ${path} HTTP/1.1`,
      "Host: a",
      "Connection: close",
      ...(cookie === "" ? [] : [`Cookie: ${cookie}`]),
      ...(headers.some((header) => /^content-type/i.test(header)) ? [] : ["Content-Type: application/json"]),
      `Content-Length: ${body.length}`,
      ...headers,
    ],
    body,
  );
}

/** A request without a body, by mallory unless another cookie is given, after which the server closes the connection. */
export function ask(
  method: string,
  path: string,
  headers: readonly string[] = ["Cookie: nat-session=mallory"],
): string {
  return message([`${method} ${path} HTTP/1.1`, "Host: a", "Connection: close", ...headers]);
}

/** Text as the bytes of its UTF-8, one a character. */
export function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
