import { duration, durationOrZero } from "@alcove/plugin-api";

// Node's timers hold at most 2^31 - 1 milliseconds, a little under 25 days; a longer one would fire at once.
const timerLimit = { longestMs: 24 * 24 * 60 * 60 * 1_000, words: "24 days" };

/** A duration as everywhere in a configuration, in milliseconds after parsing. */
export function middlewareDuration() {
  return duration(timerLimit);
}

/** The same, or 0 for none. */
export function middlewareDurationOrZero() {
  return durationOrZero(timerLimit);
}
