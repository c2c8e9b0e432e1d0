import {
  AlcoveError,
  type CallContext,
  type FunctionHandle,
  type FunctionSchemas,
  type Scope,
} from "@alcove/plugin-api";
import type { FunctionPlan } from "../plan/application-plan.js";
import { assertNotGivenUp, Call } from "./call.js";
import { detachDrafts } from "./detach-drafts.js";
import { invokeFunction, streamFunction } from "./invoke-function.js";
import { parseInput } from "./schema-check.js";

/**
 * The handle a component's configuration holds in place of a reference. One exists for each planned function, for all
 * users: it finds the room through the call context it is given, and refuses a context whose component has not declared
 * the dependency.
 */
export class PlannedFunctionHandle implements FunctionHandle {
  readonly name: string;
  readonly description: string;
  readonly scope: Scope;
  readonly inputSchema: FunctionHandle["inputSchema"];
  readonly outputSchema: FunctionHandle["outputSchema"];
  readonly streamOutputSchema: FunctionHandle["streamOutputSchema"];
  readonly #target: () => FunctionPlan;

  /** @param target Yields the planned function; asked for at calls, when the plan is complete. */
  constructor(name: string, scope: Scope, schemas: FunctionSchemas, target: () => FunctionPlan) {
    this.name = name;
    this.description = schemas.description;
    this.scope = scope;
    this.inputSchema = schemas.input;
    this.outputSchema = schemas.output;
    this.streamOutputSchema = schemas.streamOutput;
    this.#target = target;
    Object.freeze(this);
  }

  async invoke(input: unknown, call: CallContext): Promise<unknown> {
    const { fn, run, span, signal } = this.#enter(call);
    // No component gets its hands on the drafts of another one's state.
    return detachDrafts(await invokeFunction(run, fn, parseInput(fn, detachDrafts(input)), span, signal));
  }

  async *stream(input: unknown, call: CallContext): AsyncGenerator<unknown, void, undefined> {
    const { fn, run, span, signal } = this.#enter(call);
    for await (const chunk of streamFunction(run, fn, parseInput(fn, detachDrafts(input)), span, signal)) {
      yield detachDrafts(chunk);
    }
  }

  #enter(call: CallContext) {
    if (!(call instanceof Call)) {
      throw new TypeError(`Call ${this.name} with the call context your function was given, as the second argument.`);
    }
    const { run, component, span, signal } = Call.innards(call);
    run.assertActive();
    assertNotGivenUp(signal);
    const fn = this.#target();
    if (!component.callableFunctions.has(fn)) {
      throw new AlcoveError(
        "DEPENDENCY_UNDECLARED",
        `${component.name} (${component.type.qualifiedName}) called ${this.name}, which its configuration does not reference.`,
      );
    }
    return { fn, run, span, signal };
  }
}
