import { describe, expect, it } from "vitest";
import { displayPath } from "./display-path.js";

describe("displayPath", () => {
  it("shows a path relative to the working directory where that is shorter", () => {
    expect(displayPath("/srv/app/plugin.yaml", "/srv/app")).toBe("plugin.yaml");
    expect(displayPath("/srv/app/plugin.yaml", "/srv/app/configs")).toBe("../plugin.yaml");
  });

  it("shows an absolute path where the relative one is no shorter", () => {
    expect(displayPath("/a/plugin.yaml", "/very/deep/down/here")).toBe("/a/plugin.yaml");
    expect(displayPath("/srv/app", "/srv/app")).toBe("/srv/app");
  });
});
