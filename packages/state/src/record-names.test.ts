import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionEntryKey, sessionKeyOf } from "./entry-keys.js";
import { endOfStoredNames, recordEntryKey, recordNameOf, storedRecordName } from "./record-names.js";

const troublesome = fc.constantFrom(
  "a",
  "b",
  "/",
  "~",
  " ",
  "!",
  "}",
  "\u007f",
  "\u0000",
  "0",
  "\ud800",
  "\udfff",
  "é",
);
const text = fc.oneof(fc.string({ unit: troublesome, maxLength: 6 }), fc.string({ unit: "binary", maxLength: 40 }));

const order = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

describe("the stored form of a record's name", () => {
  it("is printable ASCII, and gives the name back", () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(storedRecordName(name)).toMatch(/^[ -~]*$/);
        expect(recordNameOf(storedRecordName(name))).toBe(name);
      }),
    );
  });

  it("keeps the order of names, and what they begin with", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [storedOne, storedOther] = [storedRecordName(one), storedRecordName(other)];
        expect(order(storedOne, storedOther)).toBe(order(one, other));
        expect(storedOther >= storedOne && storedOther < endOfStoredNames(storedOne)).toBe(other.startsWith(one));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is never that of another session's record", () => {
    const session = fc.record({ application: text, userId: text });
    fc.assert(
      fc.property(session, session, text, text, (one, other, name, otherName) => {
        fc.pre(one.application !== other.application || one.userId !== other.userId || name !== otherName);
        expect(recordEntryKey(sessionEntryKey(one), storedRecordName(name))).not.toBe(
          recordEntryKey(sessionEntryKey(other), storedRecordName(otherName)),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it("is refused where it would be too long", () => {
    expect(storedRecordName("x".repeat(1_000))).toHaveLength(1_000);
    expect(() => storedRecordName("é".repeat(201))).toThrow(TypeError);
  });
});

describe("sessionKeyOf", () => {
  it("reads a session's key from its entry's, unless that holds a hash", () => {
    fc.assert(
      fc.property(text, text, (application, userId) => {
        const entryKey = sessionEntryKey({ application, userId });
        expect(sessionKeyOf(entryKey)).toEqual(entryKey.includes("/~") ? undefined : { application, userId });
      }),
    );
    expect(sessionKeyOf("store/recorded-time")).toBeUndefined();
  });
});
