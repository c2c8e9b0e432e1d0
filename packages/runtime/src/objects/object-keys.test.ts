import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeKey, encodeKey, encodePrefix, encodeSegment } from "./object-keys.js";

const segment = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
  .filter((text) => !/[\p{Cc}\\/]/u.test(text) && text !== "." && text !== "..");
const key = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join("/"))
  .filter((text) => Buffer.byteLength(text) <= 256);

describe("an encoded key", () => {
  it("holds nothing a store could take for anything else, and is decoded to what it was", () => {
    fc.assert(
      fc.property(key, (given) => {
        const encoded = encodeKey(given);
        expect(encoded).toMatch(/^[a-z0-9/._=-]+$/);
        expect(encoded.split("/").some((part) => ["", ".", ".."].includes(part))).toBe(false);
        expect(decodeKey(encoded)).toBe(given);
      }),
    );
  });

  it("begins with what the beginnings of the key become", () => {
    fc.assert(
      fc.property(key, fc.nat(30), (given, length) => {
        const beginning = [...given].slice(0, length).join("");
        expect(encodeKey(given).startsWith(encodePrefix(beginning))).toBe(true);
      }),
    );
  });

  it("begins with what no other text becomes", () => {
    fc.assert(
      fc.property(key, key, (given, other) => {
        fc.pre(!given.startsWith(other));
        expect(encodeKey(given).startsWith(encodePrefix(other))).toBe(false);
      }),
    );
  });

  it("is short enough for every store, behind the longest prefix", () => {
    const encoded = encodeKey("é".repeat(128));
    expect(encoded.length).toBeLessThanOrEqual(768);
    expect(() => encodeKey("é".repeat(129))).toThrow("more than 256 bytes");
  });
});

describe("the segment of a name", () => {
  it.each(["config", "a/b", "a/shared", "..", "", "Grüße", "x".repeat(200)])("is one segment, for %j too", (name) => {
    expect(encodeSegment(name)).toMatch(/^[a-z0-9_=-]{1,64}$/);
  });

  it("is another one for another name", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, other) => {
        fc.pre(name !== other);
        expect(encodeSegment(name)).not.toBe(encodeSegment(other));
      }),
    );
  });
});
