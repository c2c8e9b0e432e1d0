import {
  AlcoveError,
  type Clock,
  type Interaction,
  type Logger,
  type PerUserCallContext,
  type Principal,
  type RunFacts,
} from "@alcove/plugin-api";
import type { Span } from "../events/run-events.js";
import type { ComponentPlan } from "../plan/application-plan.js";
import { spanContextOf, type TraceHeaders, traceHeadersOf } from "../tracing/trace-headers.js";
import type { Run } from "./run.js";
import type { ComponentCollections } from "./run-collections.js";

const noCollections: ComponentCollections = Object.freeze({});

/** What the engine knows of a call. */
export interface CallParts {
  readonly run: Run;
  readonly component: ComponentPlan;
  readonly span: Span | undefined;
  /** What gives up this call and the calls in it; `undefined` where that is what gives up the run. */
  readonly signal: AbortSignal | undefined;
}

/** The call context of one function call. Functions see it as `CallContext` or `PerUserCallContext`. */
export class Call implements PerUserCallContext<unknown> {
  readonly #run: Run;
  readonly #component: ComponentPlan;
  readonly #span: Span | undefined;
  readonly #signal: AbortSignal | undefined;
  #logger: Logger | undefined;

  constructor(run: Run, component: ComponentPlan, span: Span | undefined, signal: AbortSignal | undefined) {
    this.#run = run;
    this.#component = component;
    this.#span = span;
    this.#signal = signal;
  }

  get run(): RunFacts {
    return this.#run.facts;
  }

  get traceHeaders(): TraceHeaders {
    // Where nothing is traced here, the caller's trace is handed on as it came.
    const span = this.#span?.traced?.spanContext ?? spanContextOf(this.#run.facts.request?.headers ?? {});
    return span === undefined ? {} : traceHeadersOf(span);
  }

  get signal(): AbortSignal {
    return this.#signal ?? this.#run.abort.signal;
  }

  get clock(): Clock {
    return this.#run.clock;
  }

  get logger(): Logger {
    this.#logger ??= this.#run.logger.child({ component: this.#component.name, ...this.#run.events.logFields() });
    return this.#logger;
  }

  get interaction(): Interaction {
    return this.#run.interaction;
  }

  // Shared functions may be called without identity and see it as optional; per-user ones are only ever called with it.
  get userId(): string {
    return this.#run.userId as string;
  }

  get principal(): Principal | undefined {
    return this.#run.facts.principal;
  }

  get state(): unknown {
    const { state } = this.#component;
    assertNotGivenUp(this.#signal);
    return state === undefined ? undefined : this.#run.draftOf(state);
  }

  get collections(): ComponentCollections {
    const { collections } = this.#component;
    assertNotGivenUp(this.#signal);
    return collections.length === 0 ? noCollections : this.#run.collectionsOf(this.#component);
  }

  /** The run, component and span behind a context, for the engine; plugins see the interface only. */
  static innards(call: Call): CallParts {
    return { run: call.#run, component: call.#component, span: call.#span, signal: call.#signal };
  }
}

/** @throws CALL_ENDED when the call was given up although the run goes on. */
export function assertNotGivenUp(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new AlcoveError("CALL_ENDED", "This call was given up, and its context with it.", { cause: signal.reason });
  }
}
