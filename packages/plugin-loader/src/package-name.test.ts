import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInside } from "./contained-path.js";
import { isPackageName } from "./package-name.js";

describe("isPackageName", () => {
  it.each(["notes", "@alcove/plugin-time", "JSONStream", "a.b", "10", "-", "crazy!", "~x", "with_underscore"])(
    "accepts %j",
    (name) => {
      expect(isPackageName(name)).toBe(true);
    },
  );

  it.each([
    "",
    ".",
    "..",
    ".hidden",
    "@",
    "@scope",
    "@scope/",
    "@/name",
    "@scope/name/inside",
    "@scope/..",
    "name/inside",
    "notes@1.0.0",
    "a b",
    "a\\b",
    "a\0b",
    "ünïcode",
    "file:./notes",
    "notes\n",
  ])("refuses %j", (text) => {
    expect(isPackageName(text)).toBe(false);
  });

  it("accepts nothing that would lead out of node_modules", () => {
    const nasty = fc.string({ unit: fc.constantFrom("a", ".", "/", "@", "\\", "~", "-", "\0", "%"), maxLength: 10 });
    fc.assert(
      fc.property(nasty, (text) => {
        fc.pre(isPackageName(text));
        expect(isInside("/host/node_modules", join("/host/node_modules", text))).toBe(true);
      }),
    );
  });
});
