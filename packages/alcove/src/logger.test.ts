import { describe, expect, it } from "vitest";
import { createLogger, type LogLevel } from "./logger.js";

function loggerInto(lines: string[], format: "pretty" | "json", level: LogLevel = "info") {
  return createLogger({ level, format, to: { write: (line) => void lines.push(line) } });
}

describe("logger", () => {
  it("writes one readable line for people", () => {
    const lines: string[] = [];
    loggerInto(lines, "pretty").child({ scope: "server" }).info("Listening on http://localhost:8000");
    expect(lines).toEqual([
      expect.stringMatching(
        /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - INFO {2}- server - Listening on http:\/\/localhost:8000\s*$/,
      ),
    ]);
    expect(lines[0]?.endsWith("\n")).toBe(true);
  });

  it("shows further fields and errors to people", () => {
    const lines: string[] = [];
    loggerInto(lines, "pretty").error("It broke", { requestId: "r1", error: new Error("because") });
    expect(lines.join("")).toMatch(/ - ERROR - alcove - It broke .*"requestId":"r1"/);
    expect(lines.join("")).toContain("because");
  });

  it("writes one JSON object a line for programs", () => {
    const lines: string[] = [];
    loggerInto(lines, "json")
      .child({ scope: "state" })
      .warn("careful", { error: new Error("because"), count: 2 });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: "warn",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      scope: "state",
      count: 2,
      error: { type: "Error", message: "because", stack: expect.any(String) },
      msg: "careful",
    });
  });

  it("leaves out what is below its level", () => {
    const lines: string[] = [];
    const logger = loggerInto(lines, "json", "warn");
    logger.debug("no");
    logger.info("no");
    logger.warn("yes");
    logger.error("yes");
    expect(lines).toHaveLength(2);
  });
});
