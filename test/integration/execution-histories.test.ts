import fc from "fast-check";
import { describe, it } from "vitest";
import { EXPIRY_MS, ExecutionHistory, type HistoryEvent, QUESTION_MS, users } from "./support/execution-history.js";

const user = fc.constantFrom(...users);
const work = fc.record({
  waits: fc.boolean(),
  asks: fc.constantFrom(0, 0, 1, 2),
  fails: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
  hasTime: fc.boolean(),
});
const at = fc.nat(11);

const event: fc.Arbitrary<HistoryEvent> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("submit" as const),
      user,
      id: fc.constantFrom(undefined, undefined, "mine", "other"),
      work,
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("call" as const), user, work }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant("open" as const), at }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("cancel" as const), user, at }) },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("answer" as const),
      // Mostly whoever is asked.
      user: fc.option(user, { nil: undefined, freq: 2 }),
      at,
      text: fc.constantFrom("yes", "no", " "),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("advance" as const),
      durationMs: fc.constantFrom(1, QUESTION_MS, EXPIRY_MS),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ what: "restart" as const }) },
);

describe.each([
  ["resumable", true],
  ["not resumable", false],
] as const)("any history of executions of a workflow that is %s", (_name, isResumable) => {
  it("loses none, runs none twice, tells nobody else, and moves each forward only", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 30 }), async (events) => {
        await using history = await ExecutionHistory.begin(isResumable);
        for (const next of events) {
          await history.happen(next);
          await history.look();
        }
        await history.end();
      }),
      { numRuns: 30 },
    );
  });
});
