import type { LogFields } from "@alcove/plugin-api";
import { errorFields, type LogValues } from "./error-fields.js";
import { REDACTED } from "./redact-text.js";

/** Fields of these names hold credentials, whatever their shape. Counts of tokens are no token. */
const secretNames =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|x-api-key|nat-session|(?:.*[_-])?(?:password|passwd|secret|token|api[_-]?key)|.*(?:Password|Secret|Token|ApiKey))$/i;

// Deeper values are of no use in a line.
const MAX_DEPTH = 6;
const MAX_ITEMS = 100;

/** The fields of a line as they are written: errors as plain facts, credentials replaced. */
export function logFields(fields: LogFields, values: LogValues): Record<string, unknown> {
  return plainObject(fields, values, 0);
}

function plainObject(object: object, values: LogValues, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      name,
      secretNames.test(name) && mayBeSecret(value) ? REDACTED : plainValue(value, values, depth + 1),
    ]),
  );
}

function mayBeSecret(value: unknown): boolean {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}

function plainValue(value: unknown, values: LogValues, depth: number): unknown {
  if (typeof value === "string") {
    return values.redact(value);
  }
  if (value instanceof Error) {
    return errorFields(value, values);
  }
  if (typeof value !== "object" || value === null) {
    return typeof value === "bigint" ? String(value) : value;
  }
  if (depth > MAX_DEPTH) {
    return "[deeper]";
  }
  if ("toJSON" in value && typeof value.toJSON === "function") {
    // What an object says of itself may hold a credential, too: the address of a URL does.
    return plainValue(value.toJSON(), values, depth + 1);
  }
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item) => plainValue(item, values, depth + 1));
  }
  return plainObject(value, values, depth);
}
