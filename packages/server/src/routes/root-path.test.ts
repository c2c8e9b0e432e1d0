import { describe, expect, it } from "vitest";
import { withoutRootPath } from "./root-path.js";

describe("a request behind a root path", () => {
  it.each([
    ["/api/generate", "/generate"],
    ["/api/generate?a=/api", "/generate?a=/api"],
    ["/generate", "/generate"],
    ["/apiary/generate", "/apiary/generate"],
    ["/api", "/"],
    ["/api?a=1", "/?a=1"],
    ["/api/api/x", "/api/x"],
    ["/api//generate", "//generate"],
    ["/api/../generate", "/../generate"],
    ["/api%2fgenerate", "/api%2fgenerate"],
    ["//api/generate", "//api/generate"],
    ["/API/generate", "/API/generate"],
    ["*", "*"],
  ])("%s is a request for %s", (url, expected) => {
    expect(withoutRootPath(url, "/api")).toBe(expected);
  });

  it("is taken as it is where there is none", () => {
    expect(withoutRootPath("/generate", "")).toBe("/generate");
  });
});
