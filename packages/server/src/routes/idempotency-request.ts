import { createHash } from "node:crypto";
import type { IdempotencyRequest } from "@alcove/runtime";
import type { JsonObject } from "../body/json-body.js";
import { RequestError } from "../errors/request-error.js";
import type { RequestContext } from "../request-state.js";

const MAX_KEY_LENGTH = 255;

/**
 * What the header `Idempotency-Key` asks for, or `undefined` without one. Two requests are the same when path and parsed
 * body are: neither white space nor the order of keys makes a difference.
 *
 * @throws RequestError IDEMPOTENCY_KEY_INVALID
 */
export function idempotencyOf({ req, path }: RequestContext, body: JsonObject): IdempotencyRequest | undefined {
  // The distinct headers are a second copy of all of them, made when they are first asked for.
  if (req.headers["idempotency-key"] === undefined) {
    return undefined;
  }
  const keys = req.headersDistinct["idempotency-key"] ?? [];
  const [key = ""] = keys;
  if (keys.length > 1 || key.trim() === "" || key.length > MAX_KEY_LENGTH) {
    throw new RequestError(
      "IDEMPOTENCY_KEY_INVALID",
      `The header Idempotency-Key has to hold one key of 1 to ${MAX_KEY_LENGTH} characters, e.g. a UUID.`,
    );
  }
  const fingerprint = createHash("sha256")
    .update(`${path}\n${canonicalJson(body)}`)
    .digest("hex");
  return { key, fingerprint };
}

/** JSON with sorted keys. The value came from JSON, so it has no cycles. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join()}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join()}}`;
  }
  return JSON.stringify(value);
}
