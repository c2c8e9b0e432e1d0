import { z } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { createMemoryCollection } from "./memory-collection.js";

describe("a collection in memory", () => {
  it("begins with the items it is given, and refuses what the real one would refuse", async () => {
    const notes = createMemoryCollection({ item: z.string(), version: 1 }, ["a", "b"]);
    expect(notes.append("c")).toBe(3);
    expect(() => notes.append(7 as never)).toThrow(expect.objectContaining({ code: "STATE_INVALID" }));
    expect(await notes.page({ direction: "backward", limit: 2 })).toEqual({
      items: [
        { sequence: 3, item: "c" },
        { sequence: 2, item: "b" },
      ],
      next: 1,
    });
  });
});
