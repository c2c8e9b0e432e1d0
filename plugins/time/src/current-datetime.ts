import { defineFunction, z } from "@alcove/plugin-api";
import { formatDatetime } from "./format-datetime.js";
import { datetimeSchema, timeZoneSchema } from "./time-zone.js";

/** The current date and time, by the clocks of the time zone the caller names, else of the configured one. */
export default defineFunction({
  description: "The current date and time in any time zone.",
  config: z.object({
    timezone: timeZoneSchema.default("UTC").describe("The time zone used when a call names none"),
  }),
  input: z.object({
    timezone: timeZoneSchema.optional().describe("Name of a time zone in the IANA database, e.g. Europe/Berlin"),
  }),
  output: datetimeSchema,
  idempotent: true,
  build({ config }) {
    return (input, { clock }) => {
      const timezone = input.timezone ?? config.timezone;
      return { datetime: formatDatetime(clock.nowMs(), timezone), timezone };
    };
  },
});
