import { createRequire } from "node:module";

/** What OpenTelemetry's API exports. */
export type OpenTelemetry = typeof import("@opentelemetry/api");

const require = createRequire(import.meta.url);
let api: OpenTelemetry | undefined;

/**
 * OpenTelemetry's API, loaded at the first call: more than forty files, of which nothing is wanted where nothing is traced. Whoever
 * traces has loaded it long before the first request, in order to start what makes the spans.
 */
export function openTelemetry(): OpenTelemetry {
  api ??= require("@opentelemetry/api") as OpenTelemetry;
  return api;
}
