/** A length of time in whole milliseconds, or why a value is none, as the end of a sentence. */
export type DurationReading = { readonly durationMs: number } | { readonly fault: string };

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;

/** The longest duration there is: 100 years of 365.25 days. */
export const LONGEST_DURATION_MS = 36_525 * dayMs;

const amount = String.raw`(\d+(?:\.\d+)?)`;
const seconds = new RegExp(`^${amount}$`);
const clock = /^(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)$/;
const iso = new RegExp(
  `^P(?=[\\dT])(?:${amount}W)?(?:${amount}D)?(?:T(?=\\d)(?:${amount}H)?(?:${amount}M)?(?:${amount}S)?)?$`,
  "i",
);
const isoCalendar = /^P\d[\d.]*[YM]/i;
const units = new RegExp(
  String.raw`^(?=\d)(?:${amount}w)?\s*(?:${amount}d)?\s*(?:${amount}h)?\s*(?:${amount}m)?\s*(?:${amount}s)?\s*(?:${amount}ms)?$`,
);

const expected = "must be a duration: a number of seconds, 10m, 1h30m, 250ms, 00:10:00 or PT10M";

/**
 * Reads a duration: seconds as a number or as text, ISO 8601 (`P1DT2H`), `HH:MM:SS`, or units from weeks to milliseconds
 * (`1h30m`). Negative and endless ones are refused, and so are those longer than 100 years.
 *
 * @param orZero Whether it may be zero; else it is refused as well.
 */
export function parseDuration(value: unknown, orZero = false): DurationReading {
  const durationMs =
    typeof value === "number" ? value * secondMs : typeof value === "string" ? readText(value.trim()) : expected;
  if (typeof durationMs === "string") return { fault: durationMs };
  return orZero && durationMs === 0 ? { durationMs: 0 } : checkRange(durationMs, orZero);
}

function readText(text: string): number | string {
  const isNegative = /^[-+]/.test(text) && text.startsWith("-");
  const unsigned = text.replace(/^[-+]\s*/, "");
  if (isoCalendar.test(unsigned)) return "must not count in years or months, which differ in length; use days";
  const sum =
    weighed(seconds.exec(unsigned), [secondMs]) ??
    weighed(clock.exec(unsigned), [hourMs, minuteMs, secondMs]) ??
    weighed(iso.exec(unsigned), [weekMs, dayMs, hourMs, minuteMs, secondMs]) ??
    weighed(units.exec(unsigned), [weekMs, dayMs, hourMs, minuteMs, secondMs, 1]);
  if (sum === undefined) return expected;
  return isNegative ? -sum : sum;
}

function weighed(match: RegExpExecArray | null, weightsMs: readonly number[]): number | undefined {
  if (match === null) return undefined;
  return weightsMs.reduce((sum, weightMs, index) => sum + Number(match[index + 1] ?? 0) * weightMs, 0);
}

function checkRange(exactMs: number, orZero: boolean): DurationReading {
  if (!Number.isFinite(exactMs) || exactMs > LONGEST_DURATION_MS) return { fault: "must not be longer than 100 years" };
  if (exactMs <= 0) return { fault: orZero ? "must not be negative" : "must be longer than zero" };
  const durationMs = Math.round(exactMs);
  return durationMs === 0 ? { fault: "must be at least one millisecond" } : { durationMs };
}
