import { isUtf8 } from "node:buffer";
import { RequestError } from "../errors/request-error.js";
import { bodyMissing, bodyNotAnObject } from "../errors/validation-detail.js";
import type { RequestContext } from "../request-state.js";
import { MAX_NESTING, nestsTooDeep } from "./nesting.js";
import { invalidJson, requestBytes } from "./request-bytes.js";

const jsonMediaType = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const otherCharset = /;\s*charset\s*=\s*"?(?!utf-?8\b|us-ascii\b)[^\s";]/i;
/** A JSON object as it was sent. */
export type JsonObject = Readonly<Record<string, unknown>>;

// A key called __proto__ is written with one of them.
const protoMarks = ["__proto__", "\\u"];

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
  if (nestsTooDeep(text)) {
    throw invalidJson(`it nests deeper than ${MAX_NESTING} levels; flatten it`);
  }
  try {
    return protoMarks.some((mark) => text.includes(mark)) ? JSON.parse(text, refuseProto) : JSON.parse(text);
  } catch (error) {
    // A reviver meets the end of the stack in what nests very deep; there is nothing else it could throw.
    throw invalidJson(error instanceof SyntaxError ? error.message : "it nests too deep; flatten it");
  }
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === "__proto__") {
    throw new SyntaxError("it holds a key __proto__, which is not accepted; rename it");
  }
  return value;
}

function emptyBody(): RequestError {
  return new RequestError("BODY_INVALID", "The request has no body. Send a JSON object.", { detail: [bodyMissing] });
}
