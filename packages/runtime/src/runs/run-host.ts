import type { Clock } from "@alcove/plugin-api";
import type { RecordChange } from "@alcove/state";
import type { EventHub } from "../events/event-hub.js";
import type { RunEvents } from "../events/run-events.js";
import type { ExecutionStatus } from "../executions/execution-view.js";
import type { InteractionResponse } from "../executions/interaction-answer.js";
import type { InteractionListener } from "../executions/interaction-desk.js";
import type { ParkableRun, RunExecution } from "../executions/run-execution.js";
import type { RunKind, RunOutcome } from "../figures/run-figures.js";
import type { IdempotencyRequest } from "../sessions/recorded-replies.js";
import type { RunAbort } from "./run-abort.js";
import type { RequestedRunFacts } from "./run-facts.js";

/** What a runner runs in: a user's session, or nobody's, where the entry is shared. */
export interface RunHost {
  readonly clock: Clock;
  readonly hub: EventHub;
  readonly userId: string | undefined;
  /** Whether runs are given up when they take too long. */
  readonly isTimeLimited: boolean;
  /** Begins a run: waits for the user's turn and for a slot, and wakes the session up. */
  begin(request: BeginRunRequest): Promise<RunLease>;
  /**
   * What a run with these facts is while nobody has been asked anything: nothing yet, but an execution once somebody is.
   */
  interactiveExecution(request: InteractiveRequest): InteractiveExecution;
  /** Told how a run ended, and after how many milliseconds. */
  recordEnd(kind: RunKind, outcome: RunOutcome, latencyMs: number): void;
  /** Told that a request got the reply recorded for its idempotency key, without a run. */
  recordReplay(): void;
}

/** What an interactive run is started with. */
export interface InteractiveRequest {
  readonly input: unknown;
  readonly facts: RequestedRunFacts;
  readonly parentId: string | undefined;
  readonly abort: RunAbort;
}

/** The execution an interactive run may become. */
export interface InteractiveExecution extends RunExecution {
  readonly id: string;
  readonly status: ExecutionStatus;
  /** Calls the listener for every question, and everything a person is to be told. Returns the end of it. */
  onInteraction(listener: InteractionListener): () => void;
  /** Answers the question that waits. */
  answer(interactionId: string, response: InteractionResponse): Promise<void>;
}

/** What a runner knows when it begins a run. */
export interface BeginRunRequest {
  readonly facts: RequestedRunFacts;
  readonly events: RunEvents;
  /** Given the order by the runner when its caller gives up, and by the session manager when the process stops. */
  readonly abort: RunAbort;
  readonly idempotency: IdempotencyRequest | undefined;
  /** Asked before the run begins a new session; what it throws is what the run ends with. */
  readonly admitNewSession?: (() => void) | undefined;
}

/** A run that has begun: it holds the user's turn and a slot until it is parked, committed or rolled back. */
export interface RunLease extends ParkableRun {
  /** The reply recorded for the run's idempotency key: the run happened before, and must not happen again. */
  readonly recordedReply: string | undefined;
  /** @throws IDEMPOTENCY_REPLY_TOO_LARGE when a reply of so many bytes could not be recorded at the commit. */
  assertRecordable(bytes: number): void;
  /**
   * Ends the run and makes its changes durable, and with them its result, where the run has an idempotency key: then it
   * is the text of a reply. Rolls back by itself when that fails.
   *
   * @param records Changes of records that are made with it.
   */
  commit(result: unknown, records: readonly RecordChange[] | undefined): Promise<void>;
  /** Ends the run and discards its changes. Does nothing after {@link commit}. */
  rollback(): void;
}
