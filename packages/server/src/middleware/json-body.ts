import { isUtf8 } from "node:buffer";
import type { Middleware, Next } from "koa";
import bodyParser from "koa-bodyparser";
import { z } from "zod";
import { RequestError } from "../errors/request-error.js";
import { bodyMissing, bodyNotAnObject, bodyNotJson } from "../errors/validation-detail.js";
import type { RequestContext, RequestState } from "../request-state.js";

const jsonMediaType = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const otherCharset = /;\s*charset\s*=\s*"?(?!utf-?8\b|us-ascii\b)[^\s";]/i;
const beyondAscii = /[^\0-\x7f]/;

const bodyObject = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/**
 * Reads the request body and leaves the object it holds in `context.state.body`; its fields are not validated yet.
 *
 * The parser refuses keys called `__proto__`. It is told to decode the bytes one by one, and not as UTF-8, because it would
 * put replacement characters where the bytes are not UTF-8 at all; plain ASCII, the usual case, is then already right.
 *
 * @throws RequestError MEDIA_TYPE_UNSUPPORTED, BODY_TOO_LARGE, BODY_INVALID, REQUEST_INVALID
 */
export function jsonBody(maxBodyBytes: number): Middleware<RequestState> {
  const parse = bodyParser({
    detectJSON: () => true,
    encoding: "latin1",
    jsonLimit: String(maxBodyBytes),
    strict: false,
    onerror(error, context) {
      // What is left of a refused body is read and thrown away, so that the connection can carry the reply.
      context.req.resume();
      throw refusal(error, maxBodyBytes);
    },
  });
  return (context, next) => {
    checkBodyIsDeclaredAsJson(context);
    return parse(context as never, () => acceptBody(context, next));
  };
}

function checkBodyIsDeclaredAsJson(context: RequestContext): void {
  const { headers } = context.req;
  const isEmpty = headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
  if (isEmpty) {
    throw emptyBody();
  }
  const contentType = headers["content-type"] ?? "";
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

function acceptBody(context: RequestContext, next: Next): Promise<unknown> {
  const { rawBody, body: parsed } = context.request;
  if (rawBody === "") {
    throw emptyBody();
  }
  const value: unknown = beyondAscii.test(rawBody) ? JSON.parse(utf8Text(rawBody)) : parsed;
  if (value === null) {
    throw emptyBody();
  }
  const body = bodyObject.safeParse(value);
  if (!body.success) {
    throw new RequestError("BODY_INVALID", "The request body has to be a JSON object.", {
      detail: [bodyNotAnObject(value)],
    });
  }
  context.state.body = body.data;
  return next();
}

function utf8Text(bytesAsText: string): string {
  const bytes = Buffer.from(bytesAsText, "latin1");
  if (!isUtf8(bytes)) {
    throw invalidJson("the body is not encoded as UTF-8");
  }
  return bytes.toString("utf8");
}

// What zlib calls a stream that is not gzip or deflate, and one that is not brotli.
const decompressionFault = /^(?:Z_|ERR_)/;
const parserFault = z.object({ type: z.string().optional(), code: z.string().optional(), body: z.string().optional() });

function refusal(error: Error, maxBodyBytes: number): Error {
  const { type, code, body } = parserFault.safeParse(error).data ?? {};
  if (type === "entity.too.large") {
    return new RequestError("BODY_TOO_LARGE", `The request body is larger than ${maxBodyBytes} bytes.`, {
      details: { maxBodyBytes },
    });
  }
  if (error instanceof SyntaxError && body !== undefined) {
    return invalidJson(syntaxMessage(body, error));
  }
  if (code !== undefined && decompressionFault.test(code)) {
    return invalidJson("the body is not compressed as its content-encoding says");
  }
  if (error.message.startsWith("Unsupported Content-Encoding")) {
    return new RequestError(
      "MEDIA_TYPE_UNSUPPORTED",
      "The content-encoding of the body is not supported. Send it plain.",
    );
  }
  return new RequestError("REQUEST_INVALID", "The request ended before its body was complete.", { cause: error });
}

function syntaxMessage(bytesAsText: string, error: SyntaxError): string {
  try {
    JSON.parse(utf8Text(bytesAsText));
  } catch (sameError) {
    return sameError instanceof SyntaxError ? sameError.message : "the body is not encoded as UTF-8";
  }
  // It is JSON, so it was a key the parser forbids.
  return error.message;
}

function emptyBody(): RequestError {
  return new RequestError("BODY_INVALID", "The request has no body. Send a JSON object.", { detail: [bodyMissing] });
}

function invalidJson(why: string): RequestError {
  return new RequestError("BODY_INVALID", `The request body is not valid JSON: ${why}.`, {
    detail: [bodyNotJson(why)],
  });
}
