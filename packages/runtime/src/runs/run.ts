import { AlcoveError, type BuiltFunction, type Clock, type Interaction, type Logger } from "@alcove/plugin-api";
import type { RunEvents } from "../events/run-events.js";
import { refusedInteraction } from "../executions/run-interaction.js";
import type { ObjectOwner } from "../objects/object-ledger.js";
import type { ObjectStores } from "../objects/object-stores.js";
import type { BuiltFunctions, ComponentPlan, FunctionPlan, StatePlan } from "../plan/application-plan.js";
import type { CollectionChanges } from "../sessions/collection-content.js";
import type { TextRedaction } from "./redacted-error.js";
import type { RunAbort } from "./run-abort.js";
import type { ComponentCollections, RunCollections } from "./run-collections.js";
import type { RequestedRunFacts } from "./run-facts.js";
import type { StateDrafts } from "./state-drafts.js";

/** What a {@link Run} is made of. */
export interface RunOptions {
  readonly facts: RequestedRunFacts;
  readonly userId: string | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly events: RunEvents;
  readonly abort: RunAbort;
  /** The functions of the user's room, or the shared ones in a shared workflow. */
  readonly functions: BuiltFunctions;
  /** The drafts of the user's state; `undefined` in a shared workflow. */
  readonly drafts: StateDrafts | undefined;
  /** Where the user's collections come from; `undefined` in a shared workflow. */
  readonly collections: CollectionSource | undefined;
  readonly objects: ObjectStores;
  /** When the session began that the run takes place in; `undefined` in a shared workflow. */
  readonly sessionBegunAtMs: number | undefined;
  /** Takes what is secret out of the messages of errors. */
  readonly redact: TextRedaction | undefined;
}

/** Opens the collections of one user for the run whose turn it is. */
interface CollectionSource {
  /** @param assertActive Throws CALL_ENDED when the run is over. */
  openCollections(assertActive: () => void): RunCollections;
}

/** One execution of the workflow: what every call made in it shares. */
export class Run {
  readonly facts: RequestedRunFacts;
  readonly userId: string | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly events: RunEvents;
  readonly abort: RunAbort;
  readonly drafts: StateDrafts | undefined;
  readonly objects: ObjectStores;
  readonly redact: TextRedaction | undefined;
  /** Asks the person the run is for; refuses to unless the run's execution has put something else in its place. */
  interaction: Interaction = refusedInteraction;
  readonly #functions: BuiltFunctions;
  readonly #collectionSource: CollectionSource | undefined;
  readonly #sessionBegunAtMs: number | undefined;
  #collections: RunCollections | undefined;
  #hasEnded = false;

  constructor(options: RunOptions) {
    this.facts = options.facts;
    this.userId = options.userId;
    this.logger = options.logger;
    this.clock = options.clock;
    this.events = options.events;
    this.abort = options.abort;
    this.drafts = options.drafts;
    this.objects = options.objects;
    this.redact = options.redact;
    this.#sessionBegunAtMs = options.sessionBegunAtMs;
    this.#functions = options.functions;
    this.#collectionSource = options.collections;
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

  /** Whose objects its per-user components see; `undefined` in a shared workflow. */
  get objectOwner(): ObjectOwner | undefined {
    const { userId } = this;
    const begunAtMs = this.#sessionBegunAtMs;
    return userId === undefined || begunAtMs === undefined ? undefined : { userId, begunAtMs };
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

  /** The collections of a component. @throws CALL_ENDED when the run is over. */
  collectionsOf(component: ComponentPlan): ComponentCollections {
    this.assertActive();
    this.#collections ??= this.#collectionSource?.openCollections(() => this.assertActive());
    if (this.#collections === undefined) {
      throw new TypeError("A run of a shared workflow has no collections.");
    }
    return this.#collections.of(component);
  }

  /** What the run made of collections; `undefined` when it touched none. */
  collectionChanges(): CollectionChanges | undefined {
    return this.#collections?.changes();
  }
}
