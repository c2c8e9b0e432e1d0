import { startTestAlcove, type TestAlcove } from "@alcove/testing";
import { describe, expect, it, vi } from "vitest";
import preferences, { preferencesOutput } from "./preferences.js";

// The first start loads the whole of Alcove.
vi.setConfig({ testTimeout: 60_000 });

function startPreferences(defaults: unknown) {
  return startTestAlcove({
    plugins: [{ id: "per-user-assistant", functions: { per_user_preferences: preferences } }],
    config: { functions: { preferences: { _type: "per_user_preferences", default_preferences: defaults } } },
  });
}

function preferencesOf(alcove: TestAlcove) {
  return (action: string, key = "", value = "") =>
    alcove.user("alice").call("preferences", { action, key, value }, preferencesOutput);
}

describe("the preferences", () => {
  it("begin with the configured defaults, in their order", async () => {
    await using alcove = await startPreferences({ theme: "dark", beta: "b", alpha: "a" });
    const { preferences: listed } = await preferencesOf(alcove)("list");
    expect(JSON.stringify(listed)).toBe('{"theme":"dark","beta":"b","alpha":"a"}');
  });

  it.each([{ notifications: true }, ["dark"]])(
    "refuse the defaults %j, which are not texts by name",
    async (defaults) => {
      await expect(startPreferences(defaults)).rejects.toThrow("expected a mapping from names to texts");
    },
  );

  it("append new names and leave a changed one in its place", async () => {
    await using alcove = await startPreferences({ theme: "dark", language: "en" });
    const call = preferencesOf(alcove);
    await call("set", "font", "serif");
    expect(JSON.stringify((await call("set", "theme", "light")).preferences)).toBe(
      '{"theme":"light","language":"en","font":"serif"}',
    );
  });

  it("treat __proto__, constructor and 10 as ordinary names, also among the defaults", async () => {
    await using alcove = await startPreferences(JSON.parse('{"theme":"dark","__proto__":"x"}'));
    const call = preferencesOf(alcove);
    expect((await call("get", "constructor")).message).toBe("Preference 'constructor' not found");
    expect((await call("get", "__proto__")).message).toBe("Preference '__proto__' = 'x'");
    await call("set", "__proto__", "y");
    await call("set", "10", "ten");
    expect(JSON.stringify((await call("list")).preferences)).toBe('{"10":"ten","theme":"dark","__proto__":"y"}');
    const [stored] = Object.values(await alcove.user("alice").stored());
    expect(stored?.value).toEqual({
      entries: [
        ["theme", "dark"],
        ["__proto__", "y"],
        ["10", "ten"],
      ],
    });
    expect({}).not.toHaveProperty("x");
  });

  it("answer a missing name without filling anything in", async () => {
    await using alcove = await startPreferences({});
    expect(await preferencesOf(alcove)("get", "font")).toEqual({
      success: false,
      message: "Preference 'font' not found",
      value: "",
      preferences: {},
    });
  });
});
