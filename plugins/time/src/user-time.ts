import { definePerUserFunctionGroup, z } from "@alcove/plugin-api";
import { formatDatetime } from "./format-datetime.js";
import { datetimeSchema, timeZoneSchema } from "./time-zone.js";

const timeZoneInUse = z.object({
  timezone: z.string().describe("The user's time zone"),
  is_own: z.boolean().describe("Whether the user has chosen it; otherwise it is the configured one"),
});

/** The current date and time by the clocks of the user's own time zone, which is kept. */
export default definePerUserFunctionGroup({
  config: z.object({
    timezone: timeZoneSchema.default("UTC").describe("The time zone of users who have chosen none"),
  }),
  functions: {
    now: {
      description: "The current date and time in the user's own time zone.",
      input: z.object({
        timezone: timeZoneSchema.optional().describe("Another time zone, for this call only"),
      }),
      output: datetimeSchema,
      idempotent: true,
    },
    get_timezone: {
      description: "Tells the user's time zone.",
      input: z.object({}),
      output: timeZoneInUse,
      idempotent: true,
    },
    set_timezone: {
      description: "Keeps a time zone as the user's own.",
      input: z.object({
        timezone: timeZoneSchema.describe("Name of a time zone in the IANA database, e.g. Europe/Berlin"),
      }),
      output: timeZoneInUse,
      idempotent: true,
    },
    clear_timezone: {
      description: "Forgets the user's own time zone, so that the configured one counts again.",
      input: z.object({}),
      output: timeZoneInUse,
      idempotent: true,
    },
  },
  state: {
    version: 1,
    // No time zone of this process: another release of Node, which may know fewer, has to be able to read it.
    schema: z.object({ timezone: z.string().nullable() }),
    initial: () => ({ timezone: null }),
  },
  build({ config }) {
    const inUse = ({ timezone }: { timezone: string | null }) => ({
      timezone: timezone ?? config.timezone,
      is_own: timezone !== null,
    });
    return {
      now: (input, { state, clock }) => {
        const timezone = input.timezone ?? inUse(state).timezone;
        return { datetime: formatDatetime(clock.nowMs(), timezone), timezone };
      },
      get_timezone: (_input, { state }) => inUse(state),
      set_timezone: ({ timezone }, { state }) => {
        state.timezone = timezone;
        return inUse(state);
      },
      clear_timezone: (_input, { state }) => {
        state.timezone = null;
        return inUse(state);
      },
    };
  },
});
