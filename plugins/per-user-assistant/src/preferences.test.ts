import { silentLogger, systemClock } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import preferences, { preferencesOutput } from "./preferences.js";

interface Preferences {
  entries: [string, string][];
}

async function buildPreferences(state: Preferences) {
  const built = await preferences.build({
    name: "preferences",
    config: {},
    services: {},
    logger: silentLogger,
    clock: systemClock,
    onDispose: () => undefined,
    onSessionEnd: () => undefined,
    userId: "alice",
  });
  return (action: string, key = "", value = "") => {
    const answer: unknown = built.invoke?.({ action, key, value } as never, { state } as never);
    return preferencesOutput.parse(answer);
  };
}

describe("the preferences", () => {
  it("begin with the configured defaults, in their order", () => {
    const config = preferences.config.parse({ default_preferences: { theme: "dark", beta: "b", alpha: "a" } });
    expect(preferences.state?.initial(config as never)).toEqual({
      entries: [
        ["theme", "dark"],
        ["beta", "b"],
        ["alpha", "a"],
      ],
    });
  });

  it("refuse defaults that are not texts", () => {
    expect(preferences.config.safeParse({ default_preferences: { notifications: true } }).success).toBe(false);
    expect(preferences.config.safeParse({ default_preferences: ["dark"] }).success).toBe(false);
  });

  it("keep the key __proto__ of the defaults", () => {
    const config = preferences.config.parse({ default_preferences: JSON.parse('{"__proto__":"x"}') });
    expect(preferences.state?.initial(config as never)).toEqual({ entries: [["__proto__", "x"]] });
  });

  it("append new names and leave a changed one in its place", async () => {
    const call = await buildPreferences({
      entries: [
        ["theme", "dark"],
        ["language", "en"],
      ],
    });
    call("set", "font", "serif");
    expect(JSON.stringify(call("set", "theme", "light").preferences)).toBe(
      '{"theme":"light","language":"en","font":"serif"}',
    );
  });

  it("treat __proto__, constructor and 10 as ordinary names", async () => {
    const state: Preferences = { entries: [["theme", "dark"]] };
    const call = await buildPreferences(state);
    expect(call("get", "constructor").message).toBe("Preference 'constructor' not found");
    call("set", "__proto__", "x");
    call("set", "10", "ten");
    expect(call("get", "__proto__").message).toBe("Preference '__proto__' = 'x'");
    expect(state.entries.map(([name]) => name)).toEqual(["theme", "__proto__", "10"]);
    expect(JSON.stringify(call("list").preferences)).toBe('{"10":"ten","theme":"dark","__proto__":"x"}');
    expect({}).not.toHaveProperty("x");
  });

  it("answer a missing name without filling anything in", async () => {
    const call = await buildPreferences({ entries: [] });
    expect(call("get", "font")).toEqual({
      success: false,
      message: "Preference 'font' not found",
      value: "",
      preferences: {},
    });
  });
});
