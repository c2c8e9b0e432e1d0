import { describe, expect, it } from "vitest";
import { closestName, didYouMean } from "./did-you-mean.js";

const known = ["host", "port", "max_body_bytes", "allow_insecure_identity", "cors"];

describe("closestName", () => {
  it.each([
    ["prot", "port"],
    ["hosts", "host"],
    ["maxBodyBytes", "max_body_bytes"],
    ["max-body-bytes", "max_body_bytes"],
    ["max_boddy_byte", "max_body_bytes"],
    ["CORS", "cors"],
  ])("takes %s for %s", (written, meant) => {
    expect(closestName(written, known)).toBe(meant);
  });

  it.each(["timeout", "x", "", "workers"])("makes nothing of %j", (written) => {
    expect(closestName(written, known)).toBeUndefined();
  });
});

describe("didYouMean", () => {
  it("lists what is known where nothing is close", () => {
    expect(didYouMean("timeout", ["a", "b"])).toBe("Known here: a, b.");
  });

  it("says to remove the name where none is known", () => {
    expect(didYouMean("timeout", [])).toBe("Remove it.");
  });

  it("gives the known name as it is written, however that is", () => {
    expect(didYouMean("my_notepd", ["other", "my-Notepad"])).toBe("Did you mean my-Notepad?");
  });
});
