import { AlcoveError } from "@alcove/plugin-api";
import { describe, expect, it } from "vitest";
import { logFields } from "./log-values.js";
import { textRedaction } from "./redact-text.js";

const values = { redact: textRedaction([]), showsStacks: false };

describe("the fields of a line", () => {
  it("lose the values of fields that hold credentials, however deep they lie, and keep the rest", () => {
    const fields = {
      headers: { Authorization: "x", cookie: "x", accept: "text/plain" },
      list: [{ apiKey: "x", api_key: "x", clientSecret: "x", access_token: "x", password: "x" }],
      response: { "set-cookie": ["x"], token: { value: "x" }, secret: 1 },
      tokens: 12,
      url: "http://user:pass@host",
      address: new URL("http://user:pass@host/path"),
      at: new Date(0),
      count: 3n,
    };
    expect(logFields(fields, values)).toEqual({
      headers: { Authorization: "[redacted]", cookie: "[redacted]", accept: "text/plain" },
      list: [
        {
          apiKey: "[redacted]",
          api_key: "[redacted]",
          clientSecret: "[redacted]",
          access_token: "[redacted]",
          password: "[redacted]",
        },
      ],
      response: { "set-cookie": "[redacted]", token: "[redacted]", secret: 1 },
      tokens: 12,
      url: "http://[redacted]@host",
      address: "http://[redacted]@host/path",
      at: "1970-01-01T00:00:00.000Z",
      count: "3",
    });
  });

  it("tell errors with their causes and where they were made, without stacks and paths", () => {
    const disk = Object.assign(new Error("ENOSPC, token=abc"), { code: "ENOSPC" });
    const error = new AlcoveError("STORE_FULL", "No room.", { cause: new TypeError("wrapped", { cause: disk }) });
    const { error: told, errors } = logFields({ error, errors: [disk] }, values);
    expect(told).toEqual({
      type: "AlcoveError",
      code: "STORE_FULL",
      message: "No room.",
      at: expect.stringMatching(/\(log-values\.test\.ts:\d+\)$/),
      causes: [
        expect.objectContaining({ type: "TypeError", message: "wrapped" }),
        expect.objectContaining({ type: "Error", code: "ENOSPC", message: "ENOSPC, token=[redacted]" }),
      ],
    });
    expect(errors).toEqual([expect.objectContaining({ code: "ENOSPC" })]);
    expect(JSON.stringify(told)).not.toContain("/");
  });

  it("show stacks where they are wanted", () => {
    const told = logFields({ error: new Error("x") }, { ...values, showsStacks: true });
    expect(told).toMatchObject({ error: { stack: expect.stringContaining("log-values.test.ts") } });
  });

  it("do not look for the place of an error in what a long message says", () => {
    const error = new Error(`no\n    at ${" (".repeat(300)}elsewhere.js:1:2)`);
    expect(logFields({ error }, values)).toMatchObject({
      error: { at: expect.stringMatching(/^\(log-values\.test\.ts:\d+\)$/) },
    });
  });

  it("survive values that contain themselves, and errors that do not want to be looked at", () => {
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    const cyclic = new Error("round");
    cyclic.cause = cyclic;
    const hostile = new Error("x");
    Object.defineProperty(hostile, "message", {
      get() {
        throw new Error("no");
      },
    });
    const told = JSON.stringify(logFields({ loop, cyclic, hostile }, values));
    expect(told).toContain("[deeper]");
    expect(told).toContain("An error that cannot be looked at.");
  });
});
