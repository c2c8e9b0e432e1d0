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

  it("shows further fields and errors to people, on one line", () => {
    const lines: string[] = [];
    loggerInto(lines, "pretty").error("It broke", { requestId: "r1", error: new Error("because") });
    expect(lines.join("")).toMatch(/ - ERROR - alcove - It broke .*"requestId":"r1"/);
    expect(lines.join("")).toMatch(/"error":\{.*"because".*\}\n$/);
    expect(lines.join("").trim()).not.toContain("\n");
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
      error: { type: "Error", message: "because", at: expect.stringMatching(/^\(logger\.test\.ts:\d+\)$/) },
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

  it("has other levels for the scopes and components that are named", () => {
    const lines: string[] = [];
    const logger = createLogger({
      level: "warn",
      scopes: { server: "debug", notepad: "silent" },
      format: "json",
      to: { write: (line) => void lines.push(line) },
    });
    logger.child({ scope: "server" }).debug("of the server");
    logger.child({ scope: "state" }).info("of the state");
    logger.child({ scope: "server" }).child({ requestId: "1" }).debug("of a request");
    logger.child({ component: "notepad" }).error("of the notepad");
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(["of the server", "of a request"]);
  });

  it("takes credentials out of messages, of fields and of what all lines of a logger say", () => {
    const lines: string[] = [];
    const to = { write: (line: string) => void lines.push(line) };
    const logger = createLogger({ level: "info", format: "json", to, secrets: ["s3cret-of-the-configuration"] });
    logger.child({ password: "s3cret" }).warn("Bearer s3cret was refused", {
      error: new Error("s3cret-of-the-configuration"),
      headers: { cookie: "s3cret" },
    });
    expect(lines.join("")).not.toContain("s3cret");
  });
});
