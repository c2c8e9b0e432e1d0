import { z } from "@alcove/plugin-api";

/** The name of a time zone in the IANA database, e.g. `Europe/Berlin` or `UTC`; any other name is refused. */
export const timeZoneSchema = z.string().refine(isTimeZone, {
  error: ({ input }) =>
    `Unknown time zone ${JSON.stringify(input)}: expected a name of the IANA database, such as Europe/Berlin or UTC`,
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
