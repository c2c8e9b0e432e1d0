import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchingWork } from "../test-support/matching-steps.js";
import { credentialPatterns, textRedaction } from "./redact-text.js";

const redact = textRedaction(["a-known-value", "short"]);

// A square of the length would be ten times as much.
const HOSTILE_LENGTH = 1_200;
const MOST_STEPS_A_CHARACTER = 100;

// What the patterns are made of, over and over, so that whatever begins in many places goes on for long in each.
const fragments = fc.constantFrom(
  ...[
    "a",
    "_",
    "-",
    ":",
    "/",
    "@",
    ".",
    " ",
    "=",
    '"',
    "'",
    "\n",
    "://",
    "eyJ",
    "eyJaaaaaaaa",
    "sk-",
    "xoxb_",
    "bearer",
    "basic ",
  ],
  ...["cookie", "authorization: ", "token", "secret=", "api_key", "password", "nat-session"],
);
const pieces = fc.array(fragments, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
const hostileTexts = fc
  .tuple(pieces, pieces, pieces)
  .map(([first, repeated, last]) => first + repeated.repeat(Math.ceil(HOSTILE_LENGTH / repeated.length)) + last);

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

  it.each([
    ["x-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "x-[redacted]"],
    ["eyJ-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0", "[redacted]"],
    ["eyJabc.eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJabc.[redacted]"],
    ["a.b.eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.", "a.b.[redacted]"],
    ["noeyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmVk", "noeyJhbGciOiJIUzI1NiJ9.[redacted]"],
    ["redis://:a:b:c@host, x://y:z", "redis://[redacted]@host, x://y:z"],
  ])("finds what begins in the middle of a word: `%s`", (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });

  it.each(credentialPatterns.map((pattern) => [pattern.source, pattern] as const))(
    "looks at each character of a hostile text a bounded number of times: %s",
    (_, pattern) => {
      fc.assert(
        fc.property(hostileTexts, (text) => {
          const { steps, matches } = matchingWork(pattern, text);
          expect(matches).toEqual(text.match(pattern) ?? []);
          expect(steps).toBeLessThan(MOST_STEPS_A_CHARACTER * text.length);
        }),
        { numRuns: 150 },
      );
    },
    60_000,
  );

  it("would be told of a pattern whose work grows with the square of the text", () => {
    const { steps } = matchingWork(/(:\/)(\/)[^\s/@]*:[^\s/@]*(?=@)/g, `://${":".repeat(HOSTILE_LENGTH)}`);
    expect(steps).toBeGreaterThan(MOST_STEPS_A_CHARACTER * HOSTILE_LENGTH);
  });

  it.each(["://:", "eyJ-", "eyJaaaaaaaa-", ":", " ", "token= ", "bearer ", "sk-"])(
    "is done with a megabyte of `%s`",
    (piece) => {
      const text = `://${piece.repeat(1_000_000 / piece.length)}`;
      const startedMs = performance.now();
      redact(text);
      // What is quadratic takes minutes.
      expect(performance.now() - startedMs).toBeLessThan(5_000);
    },
  );
});
