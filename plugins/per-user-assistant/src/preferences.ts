import { definePerUserFunction, z } from "@alcove/plugin-api";
import { textMapSchema } from "./text-map.js";

/** What a call of the preferences takes. `key` matters for `set` and `get`, `value` for `set` only. */
export const preferencesInput = z.object({
  action: z.string().describe("Action to perform: 'set', 'get', or 'list'"),
  key: z.string().default("").describe("Name of the preference"),
  value: z.string().default("").describe("Value of the preference, for 'set'"),
});

/** What the preferences answer. `value` is filled by `get` only, `preferences` by `set` and `list`. */
export const preferencesOutput = z.object({
  success: z.boolean(),
  message: z.string(),
  value: z.string(),
  preferences: textMapSchema,
});

type PreferencesOutput = z.input<typeof preferencesOutput>;

// Pairs instead of an object: an object would move a name like "10" to the front.
type Entry = [name: string, value: string];

interface PreferencesState {
  entries: Entry[];
}

/** Settings of the user's own: texts by name, beginning with `default_preferences`. */
export default definePerUserFunction({
  description: "Settings of the user's own: set, get and list preferences.",
  config: z.object({
    default_preferences: textMapSchema
      .default({ theme: "light", language: "en" })
      .describe("What a new user begins with; replaces the built-in defaults"),
  }),
  input: preferencesInput,
  output: preferencesOutput,
  state: {
    version: 1,
    schema: z.object({ entries: z.array(z.tuple([z.string(), z.string()])) }),
    initial: ({ default_preferences }) => ({ entries: Object.entries(default_preferences) }),
  },
  build() {
    return ({ action, key, value }, { state }) => act(state, action.toLowerCase(), key, value);
  },
});

function act({ entries }: PreferencesState, action: string, key: string, value: string): PreferencesOutput {
  switch (action) {
    case "set":
      return set(entries, key, value);
    case "get":
      return get(entries, key);
    case "list":
      return { ...answer(true, `Found ${entries.length} preferences`), preferences: asMap(entries) };
    default:
      return answer(false, `Unknown action: ${action}. Use 'set', 'get', or 'list'`);
  }
}

function set(entries: Entry[], key: string, value: string): PreferencesOutput {
  if (key === "") {
    return answer(false, "Key is required for 'set' action");
  }
  const entry = find(entries, key);
  if (entry === undefined) {
    entries.push([key, value]);
  } else {
    entry[1] = value;
  }
  return { ...answer(true, `Preference '${key}' set to '${value}'`), preferences: asMap(entries) };
}

function get(entries: Entry[], key: string): PreferencesOutput {
  if (key === "") {
    return answer(false, "Key is required for 'get' action");
  }
  const entry = find(entries, key);
  if (entry === undefined) {
    return answer(false, `Preference '${key}' not found`);
  }
  return { ...answer(true, `Preference '${key}' = '${entry[1]}'`), value: entry[1] };
}

function find(entries: Entry[], key: string): Entry | undefined {
  return entries.find(([name]) => name === key);
}

function asMap(entries: readonly Entry[]): Record<string, string> {
  return Object.fromEntries(entries);
}

function answer(success: boolean, message: string): PreferencesOutput {
  return { success, message, value: "", preferences: {} };
}
