import type { Clock, Logger } from "@alcove/plugin-api";
import type { EventHub } from "../events/event-hub.js";
import type { Executions } from "../executions/executions.js";
import type { RunFigures } from "../figures/run-figures.js";
import type { ObjectStores } from "../objects/object-stores.js";
import type { BuiltFunctions } from "../plan/application-plan.js";
import type { TextRedaction } from "../runs/redacted-error.js";
import type { ActiveRuns } from "./active-runs.js";
import type { FairSemaphore } from "./fair-semaphore.js";
import type { RunDeadlines } from "./run-deadlines.js";

/** What all runs of an application have in common. Nothing in it belongs to a user. */
export interface RunSurroundings {
  readonly clock: Clock;
  readonly hub: EventHub;
  readonly logger: Logger;
  readonly sharedFunctions: BuiltFunctions;
  /** Limits how many runs work at the same time. */
  readonly slots: FairSemaphore;
  readonly activeRuns: ActiveRuns;
  /** Gives up runs that take too long; `undefined` where they may take as long as they do. */
  readonly deadlines: RunDeadlines | undefined;
  readonly executions: Executions;
  readonly objects: ObjectStores;
  readonly figures: RunFigures;
  /** Takes what is secret out of the messages of errors; `undefined` where nothing is. */
  readonly redact: TextRedaction | undefined;
  /** The store's time, by which sessions expire. */
  storeNowMs(): number;
  /** @throws SHUTTING_DOWN */
  assertOpen(): void;
}
