import { type Collection, definePerUserFunction, functionRef, z } from "@alcove/plugin-api";
import type { InCodePlugin } from "./in-code-plugin.js";
import { call, Workbench } from "./test-application.js";

const direction = z.enum(["forward", "backward"]);

/** What a script may do to a collection. */
export const stepSchema = z.discriminatedUnion("do", [
  z.object({ do: z.literal("append"), items: z.array(z.unknown()) }),
  z.object({ do: z.literal("truncate"), keepLast: z.number() }),
  z.object({ do: z.literal("clear") }),
  z.object({ do: z.literal("count") }),
  z.object({ do: z.literal("all") }),
  z.object({ do: z.literal("get"), sequence: z.number() }),
  z.object({ do: z.literal("page"), direction, from: z.number().optional(), limit: z.number() }),
  z.object({ do: z.literal("fail") }),
]);
export type Step = z.infer<typeof stepSchema>;

/** Does one step, and says what came of it. */
export async function take(collection: Collection<unknown>, step: Step): Promise<unknown> {
  switch (step.do) {
    case "append":
      return step.items.map((item) => collection.append(item));
    case "truncate":
      return collection.truncate(step);
    case "clear":
      return collection.clear();
    case "count":
      return collection.count;
    case "all":
      return allOf(collection);
    case "get":
      return collection.get(step.sequence);
    case "page":
      return collection.page(step);
    case "fail":
      throw new RangeError("asked to fail");
  }
}

/** Everything in a collection, oldest first. */
async function allOf(collection: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of collection) {
    items.push(item);
  }
  return items;
}

const script = z.object({ of: z.enum(["log", "extra", "box"]).default("log"), steps: z.array(stepSchema) });
type Collections = Record<"log" | "extra", { item: z.ZodType; version: 1 }>;

/** A workflow `flow` that takes scripts for its own collections `log` and `extra`, or for the log of the function `box`. */
export function collectionPlugin(item: z.ZodType = z.unknown()): InCodePlugin {
  const declared = { item, version: 1 as const };
  const collections: Collections = { log: declared, extra: declared };
  return {
    id: "listing",
    functions: {
      box: definePerUserFunction({
        input: z.object({ steps: z.array(stepSchema) }),
        output: z.array(z.unknown()),
        collections: { log: declared },
        build: () => (input, call) => inOrder(input.steps, call.collections.log),
      }),
      flow: definePerUserFunction({
        config: z.object({ box: functionRef({ output: z.array(z.unknown()), default: "box" }) }),
        input: script,
        output: z.array(z.unknown()),
        collections,
        build:
          ({ config }) =>
          ({ of, steps }, call) =>
            of === "box" ? config.box.invoke({ steps }, call) : inOrder(steps, call.collections[of]),
      }),
    },
  };
}

/** The configuration that goes with {@link collectionPlugin}. */
export const collectionConfig = `
general: { application: listing, per_user_workflow_timeout: 60, max_resident_users: 2 }
functions:
  box: { _type: box }
workflow: { _type: flow }
`;

async function inOrder(steps: readonly Step[], collection: Collection<unknown>): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const step of steps) {
    results.push((await take(collection, step)) ?? null);
  }
  return results;
}

/** The step that appends. */
export const append = (...items: unknown[]): Step => ({ do: "append", items });
/** The step that reads everything. */
export const all: Step = { do: "all" };
/** The step that counts. */
export const count: Step = { do: "count" };
/** The step that fails the run. */
export const fail: Step = { do: "fail" };
/** The key of a session of {@link collectionConfig}. */
export const key = (userId: string) => ({ application: "listing", userId });

/** Starts {@link collectionPlugin} on an SQLite file of its own. */
export async function startListing(item?: z.ZodType) {
  const bench = await Workbench.create([collectionPlugin(item)]);
  const { runtime, store, stop } = await bench.start(collectionConfig);
  const run = (steps: Step[], user = "alice", of = "log") => call(runtime, user, { of, steps });
  return { bench, runtime, store, stop, run };
}
