import { rename } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { redactedError } from "./redacted-error.js";

class RefusedError extends Error {}

const redact = (text: string): string => text.replaceAll("k3y", "[redacted]");

describe("an error that a plugin's code throws", () => {
  it("says nothing secret, and is the same error", () => {
    const thrown = new RefusedError("k3y was refused");
    expect(redactedError(thrown, redact)).toBe(thrown);
    expect(thrown).toMatchObject({ message: "[redacted] was refused" });
  });

  it("is left as it is where it says nothing secret, also where it cannot be changed", () => {
    const thrown = Object.freeze(new RefusedError("refused"));
    expect(redactedError(thrown, redact)).toBe(thrown);
  });

  it("is replaced where what it says is secret and cannot be changed", () => {
    const thrown = Object.freeze(new RefusedError("k3y was refused"));
    expect(String(redactedError(thrown, redact))).not.toContain("k3y");
  });

  it("is replaced where it does not even say what it says", () => {
    const thrown = new RefusedError();
    Object.defineProperty(thrown, "message", {
      get: () => {
        throw new TypeError("No.");
      },
    });
    expect(redactedError(thrown, redact)).toBeInstanceOf(Error);
  });

  it("names no file where the system refuses one", async () => {
    const thrown = await rename("/nowhere/one", "/nowhere/other").catch((error: unknown) => error);
    expect(redactedError(thrown, redact)).toMatchObject({
      code: "ENOENT",
      message: "ENOENT: no such file or directory, rename '…' -> '…'",
    });
  });

  it.each(["k3y", undefined, 7])("may be no error: %s", (thrown) => {
    expect(redactedError(thrown, redact)).toBe(thrown);
  });
});
