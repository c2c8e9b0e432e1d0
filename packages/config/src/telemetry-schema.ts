import { duration } from "@alcove/plugin-api";
import { z } from "zod";
import { flag, section, text } from "./field-schemas.js";

const secondMs = 1_000;
const longestExportTimeout = { longestMs: 60 * secondMs, words: "60 seconds" };
const logLevel = () => z.enum(["debug", "info", "warn", "error", "silent"], { error: levelExpected });
const levelExpected = "must be debug, info, warn, error or silent";

const consoleShape = {
  _type: z.enum(["console"], { error: "must be console (for a log in a file, redirect the standard output)" }),
  level: z.preprocess(lowerCased, logLevel()).default("info"),
  format: z.enum(["auto", "json", "pretty"], { error: "must be auto, json or pretty" }).default("auto"),
  scopes: mapping(z.preprocess(lowerCased, logLevel())),
};

const otlpShape = {
  _type: z.enum(["otlp", "otelcollector"]),
  endpoint: text(2_000).refine(isHttpUrl, { error: "must be a URL that begins with http:// or https://" }),
  headers: mapping(text(8_192)),
  timeout: duration(longestExportTimeout).default(10 * secondMs),
};

const fileShape = { _type: z.literal("file"), path: text(4_096) };

/** `general.telemetry`: where logs and spans go. */
export const telemetryShape = {
  logging: mapping(z.strictObject(consoleShape, { error: consoleExpected })).refine(
    (destinations) => Object.keys(destinations).length <= 1,
    { error: "must have one entry at most, since the log has one destination" },
  ),
  tracing: mapping(
    z.discriminatedUnion("_type", [z.strictObject(otlpShape), z.strictObject(fileShape)], { error: exporterExpected }),
  ),
  sampling_ratio: z.unknown().transform(ratio).default(1),
  record_content: flag().default(false),
};

/** The section as it is parsed. */
export const telemetrySchema = section(telemetryShape);

/** A parsed `general.telemetry`. */
export type TelemetrySection = z.output<typeof telemetrySchema>;

/** Names of the user's choice with a value each; nothing at all counts as none. */
function mapping<Value extends z.ZodType>(value: Value) {
  const record = z.record(z.string(), value, { error: (issue) => expected(issue, "must be a mapping") });
  return z.preprocess((written) => written ?? {}, record).prefault({});
}

function ratio(value: unknown, context: z.core.$RefinementCtx): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && number >= 0 && number <= 1) return number;
  context.issues.push({ code: "custom", message: "must be a number from 0 to 1", input: value });
  return z.NEVER;
}

// The reference writes levels in capitals.
function lowerCased(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function isHttpUrl(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}

function consoleExpected(issue: { readonly code?: string | undefined }): string | undefined {
  return expected(issue, "must be a mapping with `_type: console`");
}

function exporterExpected(issue: { readonly code?: string | undefined }): string {
  return issue.code === "invalid_union"
    ? "must be otlp (or otelcollector, which means the same) or file"
    : "must be a mapping with a `_type`: otlp or file";
}

function expected(issue: { readonly code?: string | undefined }, message: string): string | undefined {
  return issue.code === "invalid_type" ? message : undefined;
}
