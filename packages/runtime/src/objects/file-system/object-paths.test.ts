import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyPart, objectPath } from "./object-paths.js";

const segment = fc
  .string({ unit: fc.constantFrom(..."abz09._-="), minLength: 1, maxLength: 450 })
  .filter((text) => text !== "." && text !== "..");
const key = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join("/"))
  .filter((text) => text.length <= 1_024);

describe("the path of an object", () => {
  it("leads back to its key, by names every file system takes", () => {
    fc.assert(
      fc.property(key, (given) => {
        const names = objectPath("/objects", given).split("/").slice(2);
        const parts = names.map((name) => keyPart(name));
        expect(names.every((name) => /^[cdf][a-z0-9._=-]{1,200}$/.test(name))).toBe(true);
        expect(parts.map((part) => part?.text).join("")).toBe(given);
        expect(parts.map((part) => part?.isFolder)).toEqual(names.map((_, index) => index < names.length - 1));
      }),
    );
  });

  it.each(["", "..", "../a", "a/../b", "/a", "a//b", "a/", "A", "é", "a\0", "a\\b", "k".repeat(1_025)])(
    "is refused for %j, which the engine makes no key of",
    (given) => {
      expect(() => objectPath("/objects", given)).toThrow("no key of an object");
    },
  );

  it("is none of a name that is not of an object", () => {
    expect(keyPart(".DS_Store")).toBeUndefined();
    expect(keyPart("lost+found")).toBeUndefined();
  });
});
