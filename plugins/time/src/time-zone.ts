import { z } from "@alcove/plugin-api";

/** The name of a time zone in the IANA database, e.g. `Europe/Berlin` or `UTC`; any other name is refused. */
export const timeZoneSchema = z.string().refine(isTimeZone, {
  error: ({ input }) =>
    `Unknown time zone ${JSON.stringify(input)}: expected a name of the IANA database, such as Europe/Berlin or UTC`,
});

/** What a clock answers: a moment, and by which clocks it is told. */
export const datetimeSchema = z.object({
  datetime: z.string().describe("ISO 8601 with offset, e.g. 2026-11-20T17:00:00.000+01:00"),
  timezone: z.string().describe("The time zone of datetime"),
});

function isTimeZone(name: string): boolean {
  // Some versions of Node take offsets such as +02:00 for names.
  if (!/^[A-Za-z]/.test(name)) {
    return false;
  }
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
