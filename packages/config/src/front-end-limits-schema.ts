import { duration } from "@alcove/plugin-api";
import type { z } from "zod";
import type { FrontEndLimits } from "./alcove-config.js";
import { section, wholeNumber } from "./field-schemas.js";

const secondMs = 1_000;
// Longer than this no client is worth waiting for, and Node's timers hold no more than 24 days.
const dayLimit = { longestMs: 24 * 60 * 60 * secondMs, words: "24 hours" };
const mostAtOnce = 1_000_000;

/** The keys of `general.front_end.limits`. */
export const frontEndLimitsShape = {
  max_header_bytes: wholeNumber(1_024, 1_048_576).default(16_384),
  headers_timeout: duration(dayLimit).default(20 * secondMs),
  request_timeout: duration(dayLimit).default(60 * secondMs),
  keep_alive_timeout: duration(dayLimit).default(65 * secondMs),
  max_connections: wholeNumber(0, mostAtOnce).default(0),
  max_streams: wholeNumber(1, mostAtOnce).default(10_000),
  max_streams_per_user: wholeNumber(1, mostAtOnce).default(1_000),
  max_kept_streams: wholeNumber(1, mostAtOnce).default(1_000),
  max_kept_streams_per_user: wholeNumber(1, mostAtOnce).default(100),
  max_new_sessions_per_minute: wholeNumber(0, mostAtOnce).default(0),
};

/** `general.front_end.limits` as YAML spells it. */
export const frontEndLimitsSchema = section(frontEndLimitsShape);

/** `general.front_end.limits` with units in its names. */
export function frontEndLimitsOf(limits: z.output<typeof frontEndLimitsSchema>): FrontEndLimits {
  return Object.freeze({
    maxHeaderBytes: limits.max_header_bytes,
    headersTimeoutMs: limits.headers_timeout,
    requestTimeoutMs: limits.request_timeout,
    keepAliveTimeoutMs: limits.keep_alive_timeout,
    maxConnections: limits.max_connections,
    maxStreams: limits.max_streams,
    maxStreamsPerUser: limits.max_streams_per_user,
    maxKeptStreams: limits.max_kept_streams,
    maxKeptStreamsPerUser: limits.max_kept_streams_per_user,
    maxNewSessionsPerMinute: limits.max_new_sessions_per_minute,
  });
}
