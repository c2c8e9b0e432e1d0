import type { BuiltFunction, CallContext, Middleware, MiddlewareTarget, NextCall } from "@alcove/plugin-api";
import type { ComponentPlan, FunctionPlan } from "../plan/application-plan.js";
import { Call, type CallParts } from "../runs/call.js";
import { detachDrafts } from "../runs/detach-drafts.js";
import { parseInput } from "../runs/schema-check.js";
import { MiddlewareCall } from "./middleware-call.js";
import { middlewareTarget } from "./middleware-target.js";

/** A built middleware, and its place in the plan. */
export interface MiddlewareLayer {
  readonly component: ComponentPlan;
  readonly middleware: Middleware;
}

type Invocation = (input: unknown, call: CallContext) => unknown;
type Streaming = (input: unknown, call: CallContext) => AsyncIterable<unknown>;

/**
 * A function with its middleware around it, outermost first; the function itself where it has none, so that its calls
 * cost nothing. Done once, when the function is built: calls look nothing up.
 *
 * The chain holds the function, the middleware and nothing of any call. That of a per-user function belongs to the room
 * it is built in.
 */
export function wrapFunction(
  fn: FunctionPlan,
  built: BuiltFunction,
  layers: readonly MiddlewareLayer[],
): BuiltFunction {
  if (layers.length === 0) {
    return built;
  }
  const target = middlewareTarget(fn, fn.component.isStateful);
  // The engine checks every input before it calls a built function, which is what makes these types true.
  const invoke = built.invoke as Invocation | undefined;
  const stream = built.stream as Streaming | undefined;
  const around = (layer: MiddlewareLayer): Surrounding => ({ fn, target, ...layer });
  return {
    invoke: invoke && layers.reduceRight(invocationOf(around), detached(invoke)),
    stream: stream && layers.reduceRight(streamingOf(around), eachDetached(stream)),
  };
}

interface Surrounding extends MiddlewareLayer {
  readonly fn: FunctionPlan;
  readonly target: MiddlewareTarget;
}

function invocationOf(around: (layer: MiddlewareLayer) => Surrounding) {
  return (inner: Invocation, layer: MiddlewareLayer): Invocation => {
    const surrounding = around(layer);
    // Async, so that what is thrown at once also comes out as a rejection.
    return async (input, call) =>
      layer.middleware.invoke(input, callOf(surrounding, call), async (change) =>
        inner(nextInput(surrounding, input, change), nextCall(call, change)),
      );
  };
}

function streamingOf(around: (layer: MiddlewareLayer) => Surrounding) {
  return (inner: Streaming, layer: MiddlewareLayer): Streaming => {
    const surrounding = around(layer);
    return (input, call) =>
      layer.middleware.stream(input, callOf(surrounding, call), (change) =>
        inner(nextInput(surrounding, input, change), nextCall(call, change)),
      );
  };
}

/** No middleware gets its hands on the drafts of a function's state. */
function detached(invoke: Invocation): Invocation {
  return async (input, call) => detachDrafts(await invoke(input, call));
}

function eachDetached(stream: Streaming): Streaming {
  return async function* (input, call) {
    for await (const chunk of stream(input, call)) {
      yield detachDrafts(chunk);
    }
  };
}

function callOf({ component, target }: Surrounding, call: CallContext): MiddlewareCall {
  return new MiddlewareCall({ ...partsOf(call), component }, target);
}

function nextInput({ fn }: Surrounding, input: unknown, change: NextCall | undefined): unknown {
  return change !== undefined && "input" in change ? parseInput(fn, change.input) : input;
}

function nextCall(call: CallContext, change: NextCall | undefined): CallContext {
  const { run, component, span, signal } = partsOf(call);
  // Not even a middleware that has outlived the run gets its function called once more.
  run.assertActive();
  if (change?.signal === undefined) {
    return call;
  }
  return new Call(run, component, span, AbortSignal.any([signal ?? run.abort.signal, change.signal]));
}

/** Built functions are called by the engine only, and always with contexts of its own. */
function partsOf(call: CallContext): CallParts {
  return Call.innards(call as Call);
}
