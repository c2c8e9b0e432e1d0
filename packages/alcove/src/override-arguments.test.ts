import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinOverrides, partOverride } from "./override-arguments.js";

describe("overrides on the command line", () => {
  it("are a key and a value each, also where the value begins with a dash or holds spaces", () => {
    const joined = joinOverrides(["serve", "--override", "a.b", "-1", "--port", "1", "--override", "c", "x y"]);
    expect(joined).toEqual(["serve", "--override=a.b -1", "--port", "1", "--override=c x y"]);
    expect(partOverride("c x y")).toEqual({ path: "c", value: "x y" });
  });

  it("keep every value as it is", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z_.]+$/), fc.string({ unit: "grapheme" }), (key, value) => {
        const [joined = ""] = joinOverrides(["--override", key, value]);
        expect(partOverride(joined.slice("--override=".length))).toEqual({ path: key, value });
      }),
    );
  });

  it.each([[["--override"]], [["--override", "a"]], [["--override", "--port", "1"]]])(
    "are refused without key and value: %j",
    (alcoveArguments) => {
      expect(() => joinOverrides(alcoveArguments)).toThrow(expect.objectContaining({ code: "USAGE" }));
    },
  );

  it("end at --", () => {
    expect(joinOverrides(["--", "--override"])).toEqual(["--", "--override"]);
  });
});
