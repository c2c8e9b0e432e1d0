import { AlcoveError, type BuiltFunction, type Clock, type Logger, type RunFacts } from "@alcove/plugin-api";
import type { RunEvents } from "../events/run-events.js";
import type { BuiltFunctions, FunctionPlan, StatePlan } from "../plan/application-plan.js";
import type { RunAbort } from "./run-abort.js";
import type { StateDrafts } from "./state-drafts.js";

/** What a {@link Run} is made of. */
export interface RunOptions {
  readonly facts: RunFacts;
  readonly userId: string | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly events: RunEvents;
  readonly abort: RunAbort;
  /** The functions of the user's room, or the shared ones in a shared workflow. */
  readonly functions: BuiltFunctions;
  /** The drafts of the user's state; `undefined` in a shared workflow. */
  readonly drafts: StateDrafts | undefined;
}

/** One execution of the workflow: what every call made in it shares. */
export class Run {
  readonly facts: RunFacts;
  readonly userId: string | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly events: RunEvents;
  readonly abort: RunAbort;
  readonly drafts: StateDrafts | undefined;
  readonly #functions: BuiltFunctions;
  #hasEnded = false;

  constructor(options: RunOptions) {
    this.facts = options.facts;
    this.userId = options.userId;
    this.logger = options.logger;
    this.clock = options.clock;
    this.events = options.events;
    this.abort = options.abort;
    this.drafts = options.drafts;
    this.#functions = options.functions;
  }

  /** Whether call contexts of this run are alive. */
  get isActive(): boolean {
    return !this.#hasEnded;
  }

  /** From now on every call context of this run is dead. */
  end(): void {
    this.#hasEnded = true;
  }

  /** @throws CALL_ENDED when the run is over. */
  assertActive(): void {
    if (this.#hasEnded) {
      throw new AlcoveError("CALL_ENDED", `The run ${this.facts.runId} has ended, and its call contexts with it.`);
    }
  }

  /** The built function for this run's user. */
  builtFunction(fn: FunctionPlan): BuiltFunction {
    const built = this.#functions[fn.slot];
    if (built === undefined) {
      throw new TypeError(`${fn.name} was planned and never built.`);
    }
    return built;
  }

  /** The draft of a component's state. @throws CALL_ENDED when the run is over. */
  draftOf(state: StatePlan): object {
    this.assertActive();
    if (this.drafts === undefined) {
      throw new TypeError("A run of a shared workflow has no state.");
    }
    return this.drafts.draftOf(state.slot);
  }
}
