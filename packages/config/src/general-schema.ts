import { duration, durationOrZero } from "@alcove/plugin-api";
import { z } from "zod";
import { endpointList, endpointShape, rootPath, workflowEndpoint, workflowEndpointShape } from "./endpoint-schema.js";
import { flag, networkList, regularExpression, section, text, textList, wholeNumber } from "./field-schemas.js";
import { frontEndLimitsSchema, frontEndLimitsShape } from "./front-end-limits-schema.js";
import { identityKeys, identitySchema } from "./identity-schema.js";
import { telemetrySchema, telemetryShape } from "./telemetry-schema.js";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const mebibyte = 1_048_576;

// Node's timers hold at most 2^31 - 1 milliseconds, a little under 25 days; a longer one would fire at once.
const timerLimit = { longestMs: 24 * 24 * 60 * minuteMs, words: "24 days" };

const corsShape = {
  allow_origins: textList().default([]),
  allow_origin_regex: regularExpression().optional(),
  allow_methods: textList().default(["GET"]),
  allow_headers: textList().default([]),
  allow_credentials: flag().default(false),
  expose_headers: textList().default([]),
  max_age: wholeNumber(0, 31_536_000).default(600),
};

const webSocketShape = {
  reconnect_grace: durationOrZero(timerLimit).default(0),
  heartbeat_interval: duration(timerLimit).default(30 * secondMs),
  idle_timeout: duration(timerLimit).default(60 * minuteMs),
  max_sockets: wholeNumber(1, 1_000_000).default(10_000),
  max_sockets_per_user: wholeNumber(1, 1_000_000).default(32),
};

const frontEndShape = {
  _type: z.enum(["koa", "fastapi"], { error: "must be koa (or fastapi, which means the same)" }).optional(),
  host: text(255).default("localhost"),
  port: wholeNumber(0, 65_535).default(8_000),
  max_body_bytes: wholeNumber(1, 1_024 * mebibyte).default(mebibyte),
  stream_heartbeat_interval: duration(timerLimit).default(15 * secondMs),
  reconnect_grace: durationOrZero(timerLimit).default(0),
  max_running_async_jobs: wholeNumber(1, 10_000).default(10),
  max_executions_per_user: wholeNumber(1, 100_000).default(100),
  allow_insecure_identity: flag().default(false),
  trusted_proxies: networkList().default([]),
  limits: frontEndLimitsSchema,
  metrics: flag().default(false),
  docs: flag().default(true),
  root_path: rootPath().default(""),
  disable_legacy_routes: flag().default(false),
  workflow: workflowEndpoint(),
  endpoints: endpointList(),
  cors: section(corsShape),
  websocket: section(webSocketShape),
};

const idempotencyShape = {
  max_records_per_user: wholeNumber(1, 10_000).default(128),
  max_reply_bytes: wholeNumber(1, 16 * mebibyte).default(mebibyte / 4),
  max_age: duration().default(24 * 60 * minuteMs),
};

const storeShape = {
  path: text(4_096)
    .refine((path) => path !== ":memory:", { error: "must be a file, since sessions outlive the process" })
    .optional(),
};

const generalShape = {
  application: text(200).optional(),
  per_user_workflow_timeout: duration().default(30 * minuteMs),
  per_user_workflow_cleanup_interval: duration(timerLimit).default(5 * minuteMs),
  enable_per_user_monitoring: flag().default(false),
  max_concurrency: wholeNumber(0, 1_000_000).default(0),
  max_queued_runs_per_user: wholeNumber(1, 1_000_000).default(4_096),
  run_timeout: durationOrZero(timerLimit).default(0),
  max_session_bytes: wholeNumber(1_024, 512 * mebibyte).default(16 * mebibyte),
  max_bytes_per_user: wholeNumber(0, 1_048_576 * mebibyte).default(256 * mebibyte),
  max_resident_users: wholeNumber(1, 10_000_000).default(10_000),
  per_user_resident_idle: duration(timerLimit).optional(),
  plugin_start_timeout: duration(timerLimit).default(minuteMs),
  shutdown_delay: durationOrZero(timerLimit).default(0),
  shutdown_timeout: duration(timerLimit).default(10 * secondMs),
  idempotency: section(idempotencyShape),
  store: section(storeShape),
  middleware: textList().default([]),
  telemetry: telemetrySchema,
  identity: identitySchema,
  front_end: section(frontEndShape),
};

/** The `general` section as YAML spells it, defaults filled in, durations in milliseconds. */
export const generalSchema = section(generalShape);

/** A parsed `general` section. */
export type GeneralSection = z.output<typeof generalSchema>;

const keysBySection: ReadonlyMap<string, readonly string[]> = new Map([
  ["general", Object.keys(generalShape)],
  ["general.idempotency", Object.keys(idempotencyShape)],
  ["general.store", Object.keys(storeShape)],
  ["general.telemetry", Object.keys(telemetryShape)],
  ["general.front_end", Object.keys(frontEndShape)],
  ["general.front_end.limits", Object.keys(frontEndLimitsShape)],
  ["general.front_end.cors", Object.keys(corsShape)],
  ["general.front_end.websocket", Object.keys(webSocketShape)],
  ["general.front_end.workflow", Object.keys(workflowEndpointShape)],
  ["general.front_end.endpoints[]", Object.keys(endpointShape)],
  ...identityKeys,
]);

/**
 * The keys a section of `general` knows, by the path of the section.
 *
 * @param type The section's `_type`, where what it knows depends on that.
 */
export function keysOfSection(path: string, type?: unknown): readonly string[] {
  const place = path.replace(/\[\d+\]/g, "[]");
  return keysBySection.get(place) ?? keysBySection.get(`${place} ${String(type)}`) ?? [];
}
