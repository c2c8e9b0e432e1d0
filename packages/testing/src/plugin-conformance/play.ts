import assert from "node:assert/strict";
import { inspect, isDeepStrictEqual } from "node:util";
import type { TestAlcove } from "../test-alcove/test-alcove.js";
import type { TestUser } from "../test-alcove/test-user.js";
import type { ConformanceOptions } from "./conformance-options.js";
import { exampleInputOf } from "./example-input.js";

/** One call of the suite. */
export interface ExampleCall {
  /** The public name of the function. */
  readonly function: string;
  /** Whether it is the user's own. */
  readonly isPerUser: boolean;
  readonly input: unknown;
}

/** What came of one call: what is compared of its output, or why it failed. */
export interface PlayedCall {
  readonly function: string;
  readonly output?: unknown;
  readonly failed?: string;
}

/** The calls of a plugin's functions: the author's examples, or made-up ones. @throws AssertionError when an input is missing. */
export function exampleCalls(
  alcove: TestAlcove,
  types: ReadonlySet<string>,
  options: ConformanceOptions,
): ExampleCall[] {
  const own = alcove.functions.filter(({ component }) => types.has(component));
  return own.flatMap(({ name, scope, inputSchema }) => {
    const inputs = options.examples?.[name] ?? [exampleInputOf(inputSchema)];
    assert(
      !inputs.includes(undefined),
      `No input of ${name} could be made up from its schema. Give some: examples: { ${name}: [ … ] }.`,
    );
    return inputs.map((input) => ({ function: name, isPerUser: scope === "per-user", input }));
  });
}

/** Makes the calls in their order, each in a run of its own. */
export async function play(
  user: TestUser,
  calls: readonly ExampleCall[],
  { comparable = (output) => output }: ConformanceOptions,
): Promise<PlayedCall[]> {
  const played: PlayedCall[] = [];
  for (const call of calls) {
    played.push(
      await user.call(call.function, call.input).then(
        (output) => ({ function: call.function, output: comparable(output) }),
        (error: unknown) => ({
          function: call.function,
          failed: error instanceof Error ? error.message : String(error),
        }),
      ),
    );
  }
  return played;
}

/** @throws AssertionError that says what was to be the same, and where the first difference is. */
export function assertSame(what: string, actual: readonly PlayedCall[], expected: readonly PlayedCall[]): void {
  const index = expected.findIndex((played, position) => !isDeepStrictEqual(played, actual[position]));
  if (index === -1 && actual.length === expected.length) {
    return;
  }
  const place = `call ${index + 1}, of ${expected[index]?.function}`;
  assert.fail(
    `${what}\n  differs at: ${place}\n  expected:   ${shown(expected[index])}\n  got:        ${shown(actual[index])}`,
  );
}

function shown(played: PlayedCall | undefined): string {
  const value = played?.failed === undefined ? played?.output : `failed: ${played.failed}`;
  return inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY });
}
