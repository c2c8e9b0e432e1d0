import { AlcoveError } from "@alcove/plugin-api";
import type { Span } from "../events/run-events.js";
import type { FunctionPlan } from "../plan/application-plan.js";
import { iteratedWithin } from "../tracing/traced-span.js";
import { Call } from "./call.js";
import { redactedError } from "./redacted-error.js";
import type { Run } from "./run.js";
import { parseOutput } from "./schema-check.js";

/**
 * Calls a function for its single result. The input has been parsed by the function's schema.
 *
 * @param signal What gives up the call this one is made in, where it is something else than what gives up the run.
 * @throws OUTPUT_KIND_UNSUPPORTED, OUTPUT_INVALID, or whatever the function throws.
 */
export async function invokeFunction(
  run: Run,
  fn: FunctionPlan,
  input: unknown,
  parent: Span | undefined,
  signal?: AbortSignal,
): Promise<unknown> {
  const { invoke } = run.builtFunction(fn);
  const { output: schema } = fn.schemas;
  if (invoke === undefined || schema === undefined) {
    throw new AlcoveError("OUTPUT_KIND_UNSUPPORTED", `${fn.name} streams only; it has no single result.`);
  }
  const span = run.events.start("FUNCTION", fn.name, input, parent);
  try {
    const call = new Call(run, fn.component, span, signal);
    const traced = span?.traced;
    const made =
      traced === undefined ? invoke(input as never, call) : traced.within(() => invoke(input as never, call));
    const output = parseOutput(fn, schema, await made);
    run.events.end(span, { output });
    return output;
  } catch (thrown) {
    const error = run.redact === undefined ? thrown : redactedError(thrown, run.redact);
    run.events.end(span, { error });
    throw error;
  }
}

/**
 * Calls a function for its stream. A function that has a single result only yields it as the one chunk.
 *
 * @param signal As for {@link invokeFunction}.
 * @throws OUTPUT_INVALID, or whatever the function throws.
 */
export async function* streamFunction(
  run: Run,
  fn: FunctionPlan,
  input: unknown,
  parent: Span | undefined,
  signal?: AbortSignal,
): AsyncGenerator<unknown, void, undefined> {
  const { stream } = run.builtFunction(fn);
  const { streamOutput: schema } = fn.schemas;
  if (stream === undefined || schema === undefined) {
    yield await invokeFunction(run, fn, input, parent, signal);
    return;
  }
  const span = run.events.start("FUNCTION", fn.name, input, parent);
  const chunks: unknown[] = [];
  let outcome: { output: unknown } | { error: unknown } = { output: chunks };
  try {
    const call = new Call(run, fn.component, span, signal);
    const traced = span?.traced;
    const source =
      traced === undefined ? stream(input as never, call) : iteratedWithin(traced, () => stream(input as never, call));
    for await (const chunk of source) {
      const parsed = parseOutput(fn, schema, chunk);
      if (span?.wantsOutput === true) {
        chunks.push(parsed);
      }
      yield parsed;
    }
  } catch (thrown) {
    const error = run.redact === undefined ? thrown : redactedError(thrown, run.redact);
    outcome = { error };
    throw error;
  } finally {
    run.events.end(span, outcome);
  }
}
