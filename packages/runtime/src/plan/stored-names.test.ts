import { describe, expect, it } from "vitest";
import { collectionKey, componentKey } from "./stored-names.js";

const place = (section: "functions" | "function_groups" | "workflow", name: string, type: string) => ({
  section,
  name,
  type: { qualifiedName: type },
});

describe("the stored names of a component", () => {
  it("say where it stands, and of which type it is", () => {
    expect(componentKey(place("functions", "notepad", "assistant/notepad"))).toBe(
      "functions.notepad:assistant/notepad",
    );
    expect(componentKey(place("workflow", "workflow", "assistant/flow"))).toBe("workflow:assistant/flow");
    expect(collectionKey(place("functions", "notepad", "assistant/notepad"), "notes")).toBe(
      "functions.notepad:assistant%2Fnotepad/notes",
    );
  });

  it("are different for different collections, and none is the beginning of another one's records", () => {
    const long = "x".repeat(700);
    const keys = [
      collectionKey(place("functions", "a", "p/t"), "notes"),
      collectionKey(place("functions", "a", "p/t"), "notes2"),
      collectionKey(place("function_groups", "a", "p/t"), "notes"),
      collectionKey(place("functions", "a", "p/t/notes"), "x"),
      collectionKey(place("functions", "a", "p%2Ft"), "notes"),
      collectionKey(place("workflow", "workflow", "p/t"), "notes"),
      collectionKey(place("functions", long, "p/t"), "notes"),
      collectionKey(place("functions", `${long}y`, "p/t"), "notes"),
    ].map((key) => `${key}/`);
    for (const [index, key] of keys.entries()) {
      expect(keys.filter((other) => other.startsWith(key))).toEqual([keys[index]]);
      expect(key.length).toBeLessThan(900);
    }
  });
});
