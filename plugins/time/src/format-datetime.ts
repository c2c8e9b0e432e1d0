const MS_PER_MINUTE = 60_000;

/**
 * A moment as ISO 8601 with offset, by the clocks of a time zone: `2026-11-20T17:00:00.000+01:00`.
 *
 * @param epochMs - Milliseconds since 1970-01-01T00:00:00Z, in the years 0 to 9999.
 * @param timeZone - An IANA name.
 * @throws RangeError when the time zone is unknown.
 */
export function formatDatetime(epochMs: number, timeZone: string): string {
  const offsetMinutes = offsetInMinutes(epochMs, timeZone);
  const wallClock = new Date(epochMs + offsetMinutes * MS_PER_MINUTE).toISOString().slice(0, -1);
  const sign = offsetMinutes < 0 ? "-" : "+";
  const minutes = Math.abs(offsetMinutes);
  return `${wallClock}${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

// Whole minutes, because ISO 8601 knows no others; some zones had odd seconds before 1972.
function offsetInMinutes(epochMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  const name = format.formatToParts(epochMs).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /^GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
  const magnitude = Number(hours) * 60 + Number(minutes);
  return sign === "-" ? -magnitude : magnitude;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
