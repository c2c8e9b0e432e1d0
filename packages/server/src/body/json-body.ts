import { isUtf8 } from "node:buffer";
import { RequestError } from "../errors/request-error.js";
import { bodyMissing, bodyNotAnObject } from "../errors/validation-detail.js";
import type { RequestContext } from "../request-state.js";
import { parseJsonText } from "./json-text.js";
import { invalidJson, requestBytes } from "./request-bytes.js";

const jsonMediaType = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const otherCharset = /;\s*charset\s*=\s*"?(?!utf-?8\b|us-ascii\b)[^\s";]/i;
/** A JSON object as it was sent. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The reader of request bodies: it resolves to the object a body holds, whose fields are not validated yet. Keys called
 * `__proto__` are refused.
 *
 * @throws RequestError MEDIA_TYPE_UNSUPPORTED, BODY_TOO_LARGE, BODY_INVALID, REQUEST_INVALID
 */
export function jsonBody(maxBodyBytes: number): (context: RequestContext) => Promise<JsonObject> {
  const readBytes = requestBytes(maxBodyBytes);
  return (context) => {
    checkBodyIsDeclaredAsJson(context);
    return readBytes(context).then(objectIn);
  };
}

function checkBodyIsDeclaredAsJson(context: RequestContext): void {
  const { headers } = context.req;
  const isEmpty = headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
  if (isEmpty) {
    throw emptyBody();
  }
  const contentType = headers["content-type"] ?? "";
  if (contentType === "application/json") {
    return;
  }
  if (!jsonMediaType.test(contentType)) {
    const declared = contentType === "" ? "not declared at all" : `declared as ${contentType}`;
    const message = `The request body is ${declared}. Send it as JSON, with the header content-type: application/json.`;
    throw new RequestError("MEDIA_TYPE_UNSUPPORTED", message);
  }
  if (otherCharset.test(contentType)) {
    throw new RequestError(
      "MEDIA_TYPE_UNSUPPORTED",
      "JSON is sent as UTF-8. Leave the charset out of the content-type.",
    );
  }
}

function objectIn(bytes: Buffer): JsonObject {
  if (bytes.length === 0) {
    throw emptyBody();
  }
  if (!isUtf8(bytes)) {
    throw invalidJson("the body is not encoded as UTF-8");
  }
  const value = parseJson(bytes.toString("utf8"));
  if (value === null) {
    throw emptyBody();
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new RequestError("BODY_INVALID", "The request body has to be a JSON object.", {
      detail: [bodyNotAnObject(value)],
    });
  }
  return value as JsonObject;
}

function parseJson(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch (error) {
    throw invalidJson((error as SyntaxError).message);
  }
}

function emptyBody(): RequestError {
  return new RequestError("BODY_INVALID", "The request has no body. Send a JSON object.", { detail: [bodyMissing] });
}
