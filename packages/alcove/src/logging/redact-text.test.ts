import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textRedaction } from "./redact-text.js";

const redact = textRedaction(["a-known-value", "short"]);

describe("a text for the log", () => {
  it.each([
    ["401 for Bearer abc.def-ghi~1==", "401 for Bearer [redacted]"],
    ["Basic dXNlcjpwYXNz was refused", "Basic [redacted] was refused"],
    ["sent Authorization: Bearer abc, twice", "sent Authorization: [redacted]"],
    ['{"cookie":"nat-session=alice; other=1","x":1}', '{"cookie":"[redacted]","x":1}'],
    ["Set-Cookie: id=1; HttpOnly\nnext", "Set-Cookie: [redacted]\nnext"],
    ["x-api-key=k1", "x-api-key=[redacted]"],
    ["GET /a?access_token=abc&b=1 failed", "GET /a?access_token=[redacted]&b=1 failed"],
    ['{"client_secret": "abc", "n": 1}', '{"client_secret": "[redacted]", "n": 1}'],
    ["with nat-session=alice in it", "with nat-session=[redacted] in it"],
    ["postgres://user:pass@host/db", "postgres://[redacted]@host/db"],
    ["got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln there", "got [redacted] there"],
    ["key sk-proj-0123456789abcdef is wrong", "key [redacted] is wrong"],
    ["it was a-known-value", "it was [redacted]"],
  ])("says of `%s`: `%s`", (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });

  it.each([
    "Listening on http://localhost:8000",
    "The input of notepad is invalid: token: Invalid input: expected string",
    "used 12 tokens; a short word",
    "general.front_end.cors lets every web site act as whichever user is visiting it",
    "Users are told apart by the plain nat-session cookie, which anybody can set: good for development",
    "POST /generate failed: The store could not write. at 10:30:00",
  ])("leaves `%s` alone", (text) => {
    expect(redact(text)).toBe(text);
  });

  it("takes time in proportion to its length, whatever it holds", () => {
    fc.assert(
      fc.property(fc.constantFrom("a:", "eyJ", "://", "token=", "bearer ", '"', "sk-"), (piece) => {
        const text = piece.repeat(20_000);
        const startedMs = performance.now();
        redact(text);
        // Seconds would be quadratic; what is allowed is far above what is needed.
        expect(performance.now() - startedMs).toBeLessThan(2_000);
      }),
    );
  });
});
