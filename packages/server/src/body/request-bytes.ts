import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { RequestError } from "../errors/request-error.js";
import { bodyNotJson } from "../errors/validation-detail.js";
import type { RequestContext } from "../request-state.js";
import { whenWanted } from "../when-wanted.js";

/** Reads the bytes of a request's body, uncompressed. @throws RequestError BODY_TOO_LARGE, BODY_INVALID, MEDIA_TYPE_UNSUPPORTED, REQUEST_INVALID */
export type ReadBytes = (context: RequestContext) => Promise<Buffer>;

/**
 * The reader for bodies up to a size. Plain bodies are read from the socket as they come; those with a content-encoding
 * go through the body parser, which uncompresses them, and costs more. It is loaded with the first of them: few clients compress,
 * and a body waits in its socket until somebody reads it.
 */
export function requestBytes(maxBodyBytes: number): ReadBytes {
  const uncompressor = whenWanted(() => uncompressing(maxBodyBytes));
  return (context) => {
    const encoding = context.req.headers["content-encoding"];
    return encoding === undefined || encoding === "identity"
      ? plainBytes(context.req, maxBodyBytes)
      : uncompressor().then((uncompress) => uncompress(context));
  };
}

function plainBytes(request: IncomingMessage, maxBodyBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const refuse = (error: RequestError): void => {
      request.removeListener("data", take);
      request.removeListener("end", finish);
      // What is left of a refused body is read and thrown away, so that the connection can carry the reply.
      request.resume();
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > maxBodyBytes) {
        refuse(tooLarge(maxBodyBytes));
      } else {
        chunks.push(chunk);
      }
    };
    const finish = (): void => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    };
    if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) {
      refuse(tooLarge(maxBodyBytes));
      return;
    }
    request.on("data", take);
    request.on("end", finish);
    request.on("error", (cause) => reject(incomplete(cause)));
  });
}

/** The body parser as a reader of bytes: it takes every body for a text of characters that are one byte each. */
async function uncompressing(maxBodyBytes: number): Promise<ReadBytes> {
  const { default: bodyParser } = await import("koa-bodyparser");
  const parse = bodyParser({
    enableTypes: ["text"],
    extendTypes: { text: ["*/*"] },
    encoding: "latin1",
    textLimit: String(maxBodyBytes),
    onerror(error, context) {
      context.req.resume();
      throw refusal(error, maxBodyBytes);
    },
  });
  return async (context) => {
    await parse(context as never, async () => undefined);
    return Buffer.from(context.request.rawBody, "latin1");
  };
}

// What zlib calls a stream that is not gzip or deflate, and one that is not brotli.
const decompressionFault = /^(?:Z_|ERR_)/;
const parserFault = z.object({ type: z.string().optional(), code: z.string().optional() });

function refusal(error: Error, maxBodyBytes: number): Error {
  const { type, code } = parserFault.safeParse(error).data ?? {};
  if (type === "entity.too.large") {
    return tooLarge(maxBodyBytes);
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
  return incomplete(error);
}

function tooLarge(maxBodyBytes: number): RequestError {
  return new RequestError("BODY_TOO_LARGE", `The request body is larger than ${maxBodyBytes} bytes.`, {
    details: { maxBodyBytes },
  });
}

function incomplete(cause: Error): RequestError {
  return new RequestError("REQUEST_INVALID", "The request ended before its body was complete.", { cause });
}

/** The error for a body that cannot be read as JSON. */
export function invalidJson(why: string): RequestError {
  return new RequestError("BODY_INVALID", `The request body is not valid JSON: ${why}.`, {
    detail: [bodyNotJson(why)],
  });
}
