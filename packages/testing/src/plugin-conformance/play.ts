import assert from "node:assert/strict";
import { inspect, isDeepStrictEqual } from "node:util";
import type { TestAlcove } from "../test-alcove/test-alcove.js";
import type { TestUser } from "../test-alcove/test-user.js";
import type { ConformanceOptions } from "./conformance-options.js";
import { exampleInputOf } from "./example-input.js";
import { routesOf, type TestedRoute } from "./route-call.js";

/** One call of the suite. */
export interface ExampleCall {
  /** The public name of the function. */
  readonly function: string;
  /** Whether it is the user's own. */
  readonly isPerUser: boolean;
  readonly input: unknown;
  /** The route it is a request to; `undefined` where a function is called. */
  readonly route: TestedRoute | undefined;
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
  const functions = alcove.functions
    .filter(({ component }) => types.has(component))
    .map(({ name, scope, inputSchema }) => ({ name, scope, inputSchema, route: undefined }));
  const routes = routesOf(alcove, types).map((route) => ({ ...route, route }));
  return [...functions, ...routes].flatMap(({ name, scope, inputSchema, route }) => {
    const inputs = options.examples?.[name] ?? [exampleInputOf(inputSchema)];
    assert(
      !inputs.includes(undefined),
      `No input of ${name} could be made up from its schema. Give some: examples: { ${/\W/.test(name) ? JSON.stringify(name) : name}: [ … ] }.`,
    );
    return inputs.map((input) => ({ function: name, isPerUser: scope === "per-user", input, route }));
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
      await outputOf(user, call).then(
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

async function outputOf(user: TestUser, { function: name, input, route }: ExampleCall): Promise<unknown> {
  if (route === undefined) {
    return user.call(name, input);
  }
  const { status, body } = await route.ask(user, input);
  if (status >= 400) {
    throw new TypeError(`it was answered with ${status}: ${JSON.stringify(body)}`);
  }
  return body;
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
