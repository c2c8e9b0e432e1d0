/** Tells the time. Tests use a fake one; nothing in Alcove or in a plugin reads `Date.now()` for behaviour. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, by wall clock. */
  nowMs(): number;
  /** Milliseconds since an arbitrary moment; never goes backwards. For durations. */
  monotonicMs(): number;
}

/** The service identifier of the shared {@link Clock}. */
export const Clock = Symbol.for("@alcove/plugin-api/Clock");

/** The clock of the machine. */
export const systemClock: Clock = Object.freeze({
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
});
