import { z } from "zod";
import { parseDuration } from "./duration.js";

/** The longest duration a field takes, and how that is said. */
export interface DurationLimit {
  /** In milliseconds. */
  readonly longestMs: number;
  /** As it stands in `must not be longer than …`, e.g. `one hour`. */
  readonly words: string;
}

/**
 * A configuration field that holds a duration, as everywhere in a configuration: `5s`, `1h30m`, `250ms`, `00:10:00`, `PT10M`, or a number
 * of seconds. Yields whole milliseconds, at least 1. `.default()` takes milliseconds too, `.prefault("10s")` a text.
 *
 * @param limit - The longest one that is taken; 100 years if left out. What is handed to a timer of Node.js may be 24 days, since a longer
 * one would fire at once.
 */
export function duration(limit?: DurationLimit) {
  return z.unknown().transform((value, context) => readDuration(value, context, { limit, orZero: false }));
}

/** As {@link duration}, or 0 for none, in any of its spellings (`0s`, `PT0S`). */
export function durationOrZero(limit?: DurationLimit) {
  return z.unknown().transform((value, context) => readDuration(value, context, { limit, orZero: true }));
}

function readDuration(
  value: unknown,
  context: z.core.$RefinementCtx,
  { limit, orZero }: { readonly limit: DurationLimit | undefined; readonly orZero: boolean },
): number {
  const reading = parseDuration(value, orZero);
  if ("fault" in reading) return refuse(context, reading.fault);
  if (limit !== undefined && reading.durationMs > limit.longestMs) {
    return refuse(context, `must not be longer than ${limit.words}`);
  }
  return reading.durationMs;
}

function refuse(context: z.core.$RefinementCtx, message: string): never {
  context.issues.push({ code: "custom", message, input: context.value });
  return z.NEVER;
}
