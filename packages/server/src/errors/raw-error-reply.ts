import { STATUS_CODES } from "node:http";
import { JSON_CONTENT_TYPE } from "../json-reply.js";
import { securityHeaders } from "../security-headers.js";
import { type ErrorReply, errorText } from "./error-body.js";

/** What {@link rawErrorReply} may change about a reply. */
export interface RawReplyOptions {
  /** Takes the place of the reply's own. */
  readonly status?: number;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error reply as the bytes of an HTTP message, for connections that no middleware answers. It is their last one. */
export function rawErrorReply(
  reply: ErrorReply,
  { status = reply.status, headers = {} }: RawReplyOptions = {},
): string {
  const text = errorText(reply.body);
  const fields = {
    connection: "close",
    "content-type": JSON_CONTENT_TYPE,
    "content-length": String(Buffer.byteLength(text)),
    ...securityHeaders,
    ...reply.headers,
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("\r\n")}\r\n\r\n${text}`;
}
