import { AlcoveError, type Clock, type Logger } from "@alcove/plugin-api";
import type { SessionKey, SessionStore } from "@alcove/state";
import type { Furnishings } from "../containers/room.js";
import type { EventHub } from "../events/event-hub.js";
import type { UserRecords } from "../executions/execution-ledger.js";
import { Executions } from "../executions/executions.js";
import { RunFigures } from "../figures/run-figures.js";
import { type RuntimeFigures, WakeFigures } from "../figures/runtime-figures.js";
import type { SessionInMemory } from "../objects/object-ledger.js";
import type { ObjectStores } from "../objects/object-stores.js";
import type { ApplicationPlan } from "../plan/application-plan.js";
import type { Entry } from "../plan/entry.js";
import type { TextRedaction } from "../runs/redacted-error.js";
import { ActiveRuns } from "./active-runs.js";
import { endSession } from "./end-session.js";
import { FairSemaphore } from "./fair-semaphore.js";
import { heapUse } from "./heap-use.js";
import { PerUserRunHost } from "./per-user-run-host.js";
import { changeAndProlong } from "./prolonged-records.js";
import type { IdempotencyLimits } from "./recorded-replies.js";
import { Residency } from "./residency.js";
import { type ResidentFigures, residentFigures } from "./resident-figures.js";
import { ResidentSession } from "./resident-session.js";
import { RunDeadlines } from "./run-deadlines.js";
import type { RunSurroundings } from "./run-surroundings.js";
import { Session } from "./session.js";
import { SessionEndings } from "./session-endings.js";
import { SessionRecords } from "./session-record.js";
import { SharedRunHost } from "./shared-run-host.js";
import { UserDataLimit } from "./user-data-limit.js";

// How long a run that was aborted at shutdown gets to notice.
const ABORTED_RUNS_GRACE_MS = 1_000;

/** Options of {@link SessionManager}. */
export interface SessionManagerOptions {
  readonly application: string;
  readonly plan: ApplicationPlan;
  /** What runs may begin with, the workflow first. */
  readonly entries: readonly Entry[];
  readonly furnishings: Furnishings;
  readonly store: SessionStore;
  readonly hub: EventHub;
  readonly objects: ObjectStores;
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long a session lives after its last activity. */
  readonly timeoutMs: number;
  /** How long a run may take once its turn has come; `undefined` for as long as it takes. */
  readonly runTimeoutMs: number | undefined;
  readonly redact: TextRedaction | undefined;
  /** How many runs may work at the same time; 0 for no limit. */
  readonly maxConcurrency: number;
  readonly maxQueuedRunsPerUser: number;
  readonly idempotencyLimits: IdempotencyLimits;
  /** How many users stay in memory at most, those in use excepted. */
  readonly maxResidentUsers: number;
  /** How long a user stays in memory after the last call; `undefined` for as long as the session lasts. */
  readonly residentIdleMs: number | undefined;
  /** How many bytes all that is kept of one user may take; 0 for any number. */
  readonly maxBytesPerUser: number;
  /** How many jobs may run at once. */
  readonly maxRunningJobs: number;
  /** How many unfinished jobs and executions a user may have. */
  readonly maxExecutionsPerUser: number;
}

/** Whose session is wanted, and for what. */
export interface SessionRequest {
  /** Only a shared entry can do without. */
  readonly userId?: string | undefined;
  /** The public name of the function that runs begin with, one that is served on its own; the workflow if left out. */
  readonly functionName?: string | undefined;
}

/** Keeps users' sessions in memory while they are wanted, and hands them out. */
export class SessionManager {
  /** The jobs of users, and the runs that ask them something. */
  readonly executions: Executions;
  /** Tells whoever keeps something of users beside their sessions that one is to end. */
  readonly endings = new SessionEndings();
  /** What all sessions and runs have done since the start. */
  readonly figures: Omit<RuntimeFigures, "sweeps">;
  readonly #options: SessionManagerOptions;
  readonly #records: SessionRecords;
  readonly #surroundings: RunSurroundings;
  readonly #residency: Residency<PerUserRunHost>;
  readonly #activeRuns = new ActiveRuns();
  readonly #wakes = new WakeFigures();
  readonly #workflow: Entry;
  readonly #entryFunctions: ReadonlyMap<string, Entry>;
  /** Whether users have rooms at all: where everything that is served is shared, nobody does. */
  readonly #hasSessions: boolean;
  #isClosing = false;

  constructor(options: SessionManagerOptions) {
    const [workflow, ...entryFunctions] = options.entries;
    if (workflow === undefined) {
      throw new TypeError("An application has a workflow.");
    }
    this.#options = options;
    this.#workflow = workflow;
    this.#entryFunctions = new Map(entryFunctions.map((entry) => [entry.fn.name, entry]));
    this.#hasSessions = options.entries.some(({ facts }) => facts.scope === "per-user");
    this.#records = new SessionRecords(options.plan, options.timeoutMs);
    const permits = options.maxConcurrency > 0 ? options.maxConcurrency : Number.POSITIVE_INFINITY;
    this.executions = new Executions({
      application: options.application,
      workflow: options.plan.workflow,
      store: options.store,
      sessions: this,
      logger: options.logger,
      maxRunningJobs: options.maxRunningJobs,
      maxPerUser: options.maxExecutionsPerUser,
    });
    this.#surroundings = {
      clock: options.clock,
      hub: options.hub,
      logger: options.logger,
      sharedFunctions: options.furnishings.root.functions,
      slots: new FairSemaphore(permits, Number.POSITIVE_INFINITY),
      activeRuns: this.#activeRuns,
      deadlines: options.runTimeoutMs === undefined ? undefined : new RunDeadlines(options.runTimeoutMs, options.clock),
      executions: this.executions,
      objects: options.objects,
      figures: new RunFigures(),
      redact: options.redact,
      storeNowMs: () => options.store.nowMs(),
      assertOpen: () => this.#assertOpen(),
    };
    this.#residency = new Residency({
      create: (userId) => this.#hostOf(userId),
      maxResidents: options.maxResidentUsers,
      idleMs: options.residentIdleMs,
      mayLeaveEarly: options.plan.perUserComponents.every(({ definition }) => definition.residency !== "session"),
      heapUse,
      releaseTimeoutMs: options.furnishings.releaseTimeoutMs,
      clock: options.clock,
      logger: options.logger,
    });
    this.figures = {
      runs: this.#surroundings.figures,
      runsInFlight: () => this.#activeRuns.size,
      residents: () => this.#residency.size,
      wakes: this.#wakes,
      evictions: this.#residency.evictions,
    };
  }

  /**
   * Opens a user's session. Nothing is loaded or built before the first run. Whichever entry its runs begin with, they work
   * in the same room, on the same states, and in the same order of turns. A shared entry has no session to work in: it
   * keeps nothing, and waits for nobody.
   *
   * @throws USER_ID_REQUIRED when the entry is per-user and no user is named; SHUTTING_DOWN; TypeError for an unknown entry.
   */
  session({ userId, functionName }: SessionRequest = {}): Session {
    this.#assertOpen();
    const entry = functionName === undefined ? this.#workflow : this.#entryOf(functionName);
    if (entry.facts.scope === "shared") {
      return new Session(new SharedRunHost(this.#surroundings, userId), entry, () => undefined);
    }
    if (userId === undefined || userId === "") {
      throw new AlcoveError("USER_ID_REQUIRED", `${entry.facts.typeName} is per-user, and no user was named.`);
    }
    const host = this.#residency.hold(userId);
    host.resident.openCount += 1;
    return new Session(host, entry, () => {
      host.resident.openCount -= 1;
      this.#residency.release(host);
    });
  }

  /**
   * Ends a user's session between two runs: waits for the runs that came before, lets `change` remove or replace the
   * session in the store, takes the room out of memory, and tells its components that the session is over. The user's jobs,
   * questions and objects go with it: a job that works, and is all that is in the way, is given up for it. The user's next run
   * finds what the store holds then. Nothing of this happens when `change` rejects: what gave way goes on, or was interrupted.
   *
   * @param timeoutMs How long to wait for the runs that came before.
   * @throws SESSION_BUSY when they take longer, SESSION_QUEUE_FULL, SHUTTING_DOWN; then `change` was not called.
   */
  async endSession(userId: string, change: () => Promise<void>, timeoutMs: number): Promise<void> {
    this.#assertOpen();
    this.endings.wanted(userId);
    const changeAll = async (): Promise<void> => {
      await change();
      this.executions.endAllOf(userId);
      this.endings.over(userId);
      await this.#options.objects.endOf(userId);
    };
    try {
      await (this.#hasSessions
        ? endSession({ userId, change: changeAll, timeoutMs }, this.#residency, this.#surroundings)
        : changeAll());
    } catch (error) {
      this.executions.keepAllOf(userId);
      throw error;
    }
  }

  /** The records of a user, where executions are kept. Nothing is loaded before they are changed. */
  userRecords(userId: string): UserRecords {
    const { application, store, timeoutMs, maxBytesPerUser } = this.#options;
    const key = { application, userId };
    return {
      key,
      change: async (changes, options) => {
        if (!this.#hasSessions) {
          await UserDataLimit.of(store, key, maxBytesPerUser)?.admitRecords(changes, options.mayBegin);
          await changeAndProlong({ store, key, timeoutMs, admitNewSession: options.admitNewSession }, changes);
          return true;
        }
        const host = this.#residency.hold(userId);
        try {
          return await host.changeRecords(changes, options);
        } finally {
          this.#residency.release(host);
        }
      },
    };
  }

  /** Keeps a user's session going while an execution is on its way, whatever the time. Returns the end of it. */
  keep(userId: string): () => void {
    if (!this.#hasSessions) {
      return () => undefined;
    }
    const host = this.#residency.hold(userId);
    host.resident.openExecutions += 1;
    return () => {
      host.resident.openExecutions -= 1;
      this.#residency.release(host);
    };
  }

  /**
   * Takes a user's session out of memory, of which nothing is lost: the next run loads it again. Resolves to whether it
   * was in memory.
   *
   * @throws SESSION_BUSY while the session is in use, or for as long as it lasts where a component stays for the session.
   */
  async evict(userId: string): Promise<boolean> {
    const outcome = await this.#residency.evict(userId);
    if (outcome === "kept") {
      throw new AlcoveError(
        "SESSION_BUSY",
        "The session is in use, or has a component that stays in memory for as long as the session lasts.",
      );
    }
    return outcome === "evicted";
  }

  /** The sessions in memory, in the order in which they came. */
  residents(): ResidentFigures[] {
    return residentFigures(this.#residency.tenants(), this.#options.plan);
  }

  /** The sessions somebody holds: the store leaves them alone even when their time is over. */
  inUse(): SessionKey[] {
    const { application } = this.#options;
    return [...this.#residency.held()].map(({ userId }) => ({ application, userId }));
  }

  /** What is known in memory of a user's session, which is neither held nor used by that; `undefined` where it is not there. */
  lookIntoMemory(userId: string): SessionInMemory | undefined {
    const host = this.#residency.find(userId);
    return host && { times: host.resident.record };
  }

  /** Takes every session whose time is over, and that nobody holds, out of memory. Resolves to how many. */
  evictExpired(): Promise<number> {
    return this.#residency.evictExpired(this.#options.store.nowMs());
  }

  /** Takes out of memory who has been idle for too long, and under heap pressure others too, least recently used first. */
  relieveMemory(): void {
    this.#residency.relieve();
  }

  /**
   * Refuses new sessions, waits for the runs in flight, aborts those that are not over in time, and tears down every
   * room. Idempotent.
   */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosing = true;
    this.executions.stop();
    if (!(await this.#activeRuns.drained(timeoutMs))) {
      this.#activeRuns.abortAll(new AlcoveError("SHUTTING_DOWN", "The server is stopping."));
      await this.#activeRuns.drained(Math.min(timeoutMs, ABORTED_RUNS_GRACE_MS));
    }
    await this.executions.settled();
    await this.#residency.evictAll(timeoutMs);
  }

  #hostOf(userId: string): PerUserRunHost {
    const { application, store, furnishings, maxQueuedRunsPerUser, idempotencyLimits, maxBytesPerUser } = this.#options;
    const resident = new ResidentSession({
      key: { application, userId },
      store,
      records: this.#records,
      furnishings,
      maxQueuedRuns: maxQueuedRunsPerUser,
      idempotencyLimits,
      wakes: this.#wakes,
      maxBytesPerUser,
    });
    return new PerUserRunHost(this.#surroundings, resident, () => this.#residency.hasLeft(userId));
  }

  #entryOf(functionName: string): Entry {
    const entry = this.#entryFunctions.get(functionName);
    if (entry === undefined) {
      throw new TypeError(`${functionName} is not served on its own.`);
    }
    return entry;
  }

  #assertOpen(): void {
    if (this.#isClosing) {
      throw new AlcoveError("SHUTTING_DOWN", "The server is stopping.", { retryAfterSeconds: 1 });
    }
  }
}
