import { describe, expect, it } from "vitest";
import { displayPath } from "./display-path.js";

describe("displayPath", () => {
  it("shows a path relative to the working directory where that is shorter", () => {
    expect(displayPath("/work/app/plugin.yaml", "/work/app")).toBe("plugin.yaml");
    expect(displayPath("/work/app/plugin.yaml", "/work/app/configs")).toBe("../plugin.yaml");
  });

  it("shows an absolute path where the relative one is no shorter", () => {
    expect(displayPath("/a/plugin.yaml", "/very/deep/down/here")).toBe("/a/plugin.yaml");
    expect(displayPath("/work/app", "/work/app")).toBe("/work/app");
  });
});
