import { AlcoveError } from "@alcove/plugin-api";
import type { Execution } from "./execution.js";

// Longer delays overflow Node's timers and would fire at once.
const MAX_TIMER_DELAY_MS = 2 ** 31 - 1;

// How long after a question's time it is looked at again, where it could not be given up at once.
const RETRY_DELAY_MS = 1_000;

/** What {@link LiveExecutions} needs of their surroundings. */
export interface LiveExecutionsOptions {
  /** How many unfinished ones a user may have. */
  readonly maxPerUser: number;
  /** Keeps a user's session going. Returns the end of it. */
  readonly keepSession: (userId: string) => () => void;
  /** Gives up the question of an execution when its time is over. */
  readonly timeOut: (execution: Execution) => void;
  readonly nowMs: () => number;
}

interface Place {
  readonly execution: Execution;
  letSessionGo: (() => void) | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** The unfinished executions in memory, each with what it holds: its user's session while it is on its way, and a timer while it waits. */
export class LiveExecutions {
  readonly #options: LiveExecutionsOptions;
  // By user id, then by execution id: nobody comes to an execution without the id of its user.
  readonly #places = new Map<string, Map<string, Place>>();

  constructor(options: LiveExecutionsOptions) {
    this.#options = options;
  }

  /** A user's execution. */
  get(userId: string, id: string): Execution | undefined {
    return this.#places.get(userId)?.get(id)?.execution;
  }

  /** Those of one user. */
  of(userId: string): Execution[] {
    return Array.from(this.#places.get(userId)?.values() ?? [], ({ execution }) => execution);
  }

  /** Everybody's. */
  all(): Execution[] {
    return Array.from(this.#places.keys()).flatMap((userId) => this.of(userId));
  }

  /** Takes one in. @throws TOO_MANY_EXECUTIONS, unless it was there before the process. */
  add(execution: Execution, isRecovered = false): void {
    const { maxPerUser } = this.#options;
    const ofUser = this.#places.get(execution.userId) ?? new Map<string, Place>();
    if (!isRecovered && ofUser.size >= maxPerUser) {
      throw new AlcoveError(
        "TOO_MANY_EXECUTIONS",
        `${ofUser.size} jobs and executions of this user are unfinished, and no more than ${maxPerUser} may be.`,
        { retryAfterSeconds: 5 },
      );
    }
    this.#places.set(execution.userId, ofUser);
    ofUser.set(execution.id, { execution, letSessionGo: undefined, timer: undefined });
    this.update(execution);
  }

  /** Looks at what has become of one: lets go of what it no longer needs, and of itself when it is gone. */
  update(execution: Execution): void {
    const ofUser = this.#places.get(execution.userId);
    const place = ofUser?.get(execution.id);
    if (ofUser === undefined || place?.execution !== execution) {
      return;
    }
    clearTimeout(place.timer);
    const { status, isGone } = execution;
    if (isGone) {
      ofUser.delete(execution.id);
      if (ofUser.size === 0) {
        this.#places.delete(execution.userId);
      }
    }
    if (isGone || status === "waiting") {
      place.letSessionGo?.();
      place.letSessionGo = undefined;
    } else {
      place.letSessionGo ??= this.#options.keepSession(execution.userId);
    }
    if (!isGone) {
      this.#armTimer(place);
    }
  }

  #armTimer(place: Place, overdueDelayMs = 1): void {
    const { execution } = place;
    if (execution.deadlineMs !== undefined) {
      const leftMs = execution.deadlineMs - this.#options.nowMs();
      const delayMs = leftMs > 0 ? Math.min(leftMs, MAX_TIMER_DELAY_MS) : overdueDelayMs;
      place.timer = setTimeout(() => {
        // A timer may come a little early.
        this.#armTimer(place, RETRY_DELAY_MS);
        this.#options.timeOut(execution);
      }, delayMs);
      place.timer.unref();
    }
  }
}
