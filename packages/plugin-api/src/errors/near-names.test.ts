import { describe, expect, it } from "vitest";
import { didYouMean, nearNames } from "./near-names.js";

const known = ["host", "port", "max_body_bytes", "allow_insecure_identity", "cors"];

describe("nearNames", () => {
  it.each([
    ["prot", "port"],
    ["hosts", "host"],
    ["maxBodyBytes", "max_body_bytes"],
    ["max-body-bytes", "max_body_bytes"],
    ["max_boddy_byte", "max_body_bytes"],
    ["CORS", "cors"],
  ])("takes %s for %s", (written, meant) => {
    expect(nearNames(written, known)[0]).toBe(meant);
  });

  it.each(["timeout", "x", "", "workers"])("makes nothing of %j", (written) => {
    expect(nearNames(written, known)).toEqual([]);
  });

  it("gives the nearest first, at most three, and each once", () => {
    const names = ["nodepat", "notepads", "todo", "notepad2", "motepad", "notepads"];
    expect(nearNames("notepad", names)).toEqual(["notepads", "notepad2", "motepad"]);
  });

  it("allows few wrong letters in a short name, and more in a long one", () => {
    expect(nearNames("ab", ["xy"])).toEqual([]);
    expect(nearNames("abcd", ["abxy", "axyz"])).toEqual(["abxy"]);
    expect(nearNames("abcdefghi", ["abcdefxyz", "abcdevwxy"])).toEqual(["abcdefxyz"]);
  });
});

describe("didYouMean", () => {
  it("lists what is known where nothing is near", () => {
    expect(didYouMean("timeout", ["a", "b"])).toBe("Known here: a, b.");
  });

  it("says to remove the name where none is known", () => {
    expect(didYouMean("timeout", [])).toBe("Remove it.");
  });

  it("gives the known name as it is written, however that is", () => {
    expect(didYouMean("my_notepd", ["other", "my-Notepad"])).toBe("Did you mean my-Notepad?");
  });
});
