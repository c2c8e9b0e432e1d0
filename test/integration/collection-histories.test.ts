import path from "node:path";
import { z } from "@alcove/plugin-api";
import { openSqliteSessionStore } from "@alcove/state";
import { createMemoryCollection } from "@alcove/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectionConfig, collectionPlugin, type Step, take } from "./support/collection-plugin.js";
import { FailingStore } from "./support/failing-store.js";
import { call, Workbench } from "./support/test-application.js";

/** What a collection ought to be: a plain array, and the number of its first element. */
interface Model {
  readonly first: number;
  readonly items: readonly unknown[];
}

const empty: Model = { first: 1, items: [] };

/** What a step yields, and what it leaves behind. */
function modelStep({ first, items }: Model, step: Step): [result: unknown, next: Model] {
  const numbered = items.map((item, index) => ({ sequence: first + index, item }));
  const next = first + items.length;
  switch (step.do) {
    case "append":
      return [step.items.map((_, index) => next + index), { first, items: [...items, ...step.items] }];
    case "truncate": {
      const dropped = Math.max(0, items.length - step.keepLast);
      return [null, { first: first + dropped, items: items.slice(dropped) }];
    }
    case "clear":
      return [null, { first: next, items: [] }];
    case "count":
      return [items.length, { first, items }];
    case "all":
      return [items, { first, items }];
    case "get":
      return [numbered.find(({ sequence }) => sequence === step.sequence)?.item ?? null, { first, items }];
    case "page": {
      const { direction, from, limit } = step;
      const ordered = direction === "forward" ? numbered : numbered.reverse();
      const rest = ordered.filter(
        ({ sequence }) => from === undefined || (direction === "forward" ? sequence >= from : sequence <= from),
      );
      return [
        { items: rest.slice(0, limit), next: rest[limit]?.sequence },
        { first, items },
      ];
    }
    case "fail":
      throw new TypeError("A model does not fail.");
  }
}

function modelRun(model: Model, steps: readonly Step[]): [results: unknown[], next: Model] {
  let next = model;
  const results: unknown[] = [];
  for (const step of steps) {
    const [result, after] = modelStep(next, step);
    results.push(result);
    next = after;
  }
  return [results, next];
}

const number = fc.integer({ min: -1, max: 40 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      items: fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 6 }),
    }),
  },
  fc.record({ do: fc.constant("truncate" as const), keepLast: fc.nat(12) }),
  fc.constant({ do: "clear" as const }),
  fc.constant({ do: "count" as const }),
  fc.constant({ do: "all" as const }),
  fc.record({ do: fc.constant("get" as const), sequence: number }),
  {
    weight: 3,
    arbitrary: fc.record(
      {
        do: fc.constant("page" as const),
        direction: fc.constantFrom("forward" as const, "backward" as const),
        from: number,
        limit: fc.integer({ min: 1, max: 9 }),
      },
      { requiredKeys: ["do", "direction", "limit"] },
    ),
  },
);

// Negative zero is the one number JSON writes as another.
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

type Event = { what: "run" | "failing run" | "refused run"; steps: Step[] } | { what: "restart" };
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ what: fc.constant("run" as const), steps: fc.array(step, { maxLength: 6 }) }) },
  fc.record({
    what: fc.constantFrom("failing run" as const, "refused run" as const),
    steps: fc.array(step, { maxLength: 4 }),
  }),
  fc.constant({ what: "restart" as const }),
);

describe("a collection, whatever happens to it,", () => {
  it("is a plain array that runs append to, page and truncate, across failures and restarts", {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 14 }), async (events) => {
        await using bench = await Workbench.create([collectionPlugin()]);
        const start = async () => {
          const file = path.join(bench.folder, "sessions.sqlite");
          const store = new FailingStore(await openSqliteSessionStore({ path: file, clock: bench.clock }));
          return { ...(await bench.start(collectionConfig, { store })), store };
        };
        let application = await start();
        let model = empty;
        const run = (steps: readonly Step[]) => call(application.runtime, "alice", { steps });
        for (const next of [...events, { what: "run" as const, steps: [{ do: "all" as const }] }]) {
          if (next.what === "restart") {
            await application.stop();
            application = await start();
          } else if (next.what === "failing run") {
            await expect(run([...next.steps, { do: "fail" }])).rejects.toMatchObject({ code: "workflow_error" });
          } else if (next.what === "refused run") {
            application.store.interfere(() => Promise.reject(new RangeError("refused")));
            await expect(run(next.steps)).rejects.toThrow();
            application.store.interfere(undefined);
          } else {
            const [results, after] = modelRun(model, next.steps);
            expect(asJson(await run(next.steps))).toEqual(asJson(results));
            model = after;
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is the same in the memory of a test", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const collection = createMemoryCollection({ item: z.unknown(), version: 1 });
        const results: unknown[] = [];
        for (const each of steps) {
          results.push((await take(collection, each)) ?? null);
        }
        expect(asJson(results)).toEqual(asJson(modelRun(empty, steps)[0]));
      }),
    );
  });
});
