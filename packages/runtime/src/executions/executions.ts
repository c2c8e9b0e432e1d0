import { randomUUID } from "node:crypto";
import { AlcoveError } from "@alcove/plugin-api";
import { RequestedRunFacts } from "../runs/run-facts.js";
import type { InteractiveExecution, InteractiveRequest } from "../runs/run-host.js";
import { parseInput } from "../runs/schema-check.js";
import { Execution } from "./execution.js";
import { ExecutionArchive } from "./execution-archive.js";
import { ExecutionFinder } from "./execution-finder.js";
import type { UserRecords } from "./execution-ledger.js";
import type { ExecutionSurroundings } from "./execution-parts.js";
import { ExecutionStates, type StoredExecutionInput, type StoredExecutionState } from "./execution-records.js";
import type { ExecutionView } from "./execution-view.js";
import type { ExecutionsOptions, JobRequest } from "./executions-options.js";
import { type ExecutionFollower, type FollowedExecution, followExecution, whenGone } from "./follow-execution.js";
import type { InteractionResponse } from "./interaction-answer.js";
import { JobQueue } from "./job-queue.js";
import { LiveExecutions } from "./live-executions.js";
import { recoverExecutions } from "./recover-executions.js";
import { startExecution } from "./start-execution.js";
import { storedInputOf } from "./stored-request.js";
import { UnstoredEnds } from "./unstored-ends.js";

// How long an interactive run that has become an execution is kept once it is finished: as long as a job, if nothing is said.
const INTERACTIVE_EXPIRY_MS = 3_600_000;

/**
 * Everybody's executions: jobs, and runs that ask people. Each is reached by the id of its user together with its own, so
 * that nobody gets at another one's. What is unfinished is in memory and in the store, what is finished in the store alone.
 */
export class Executions {
  readonly #options: ExecutionsOptions;
  readonly #archive: ExecutionArchive;
  readonly #live: LiveExecutions;
  readonly #finder: ExecutionFinder;
  readonly #queue: JobQueue;
  readonly #surroundings: ExecutionSurroundings<Execution>;
  readonly #unstoredEnds: UnstoredEnds;
  readonly #states = new ExecutionStates();
  readonly #writing = new Set<Promise<void>>();
  #isStopping = false;

  constructor(options: ExecutionsOptions) {
    this.#options = options;
    this.#archive = new ExecutionArchive(options.store);
    this.#queue = new JobQueue(options.maxRunningJobs);
    this.#live = new LiveExecutions({
      maxPerUser: options.maxPerUser,
      keepSession: (userId) => options.sessions.keep(userId),
      timeOut: (execution) => this.#track(execution.timeOut()),
      nowMs: () => options.store.nowMs(),
    });
    this.#finder = new ExecutionFinder(this.#live, this.#archive, (userId) => this.records(userId));
    const { definition } = options.workflow.component;
    this.#surroundings = {
      isResumable: definition.kind === "function" && definition.isResumable,
      nowMs: () => options.store.nowMs(),
      enter: (execution) => this.#enter(execution),
      changed: (execution) => this.#live.update(execution),
      goOn: (execution) => this.#goOn(execution),
      isUnfinished: (execution) => this.#finder.isUnfinished(execution),
      endLater: (execution) => this.#unstoredEnds.add(execution),
      track: (writing) => this.#track(writing),
    };
    this.#unstoredEnds = new UnstoredEnds({
      track: (writing) => this.#track(writing),
      logger: options.logger,
    });
  }

  /**
   * Submits a job, and resolves when it is durable. A job the user has submitted before under the same id is not run
   * again: it comes back as it is.
   *
   * @throws INPUT_INVALID, TOO_MANY_EXECUTIONS, SHUTTING_DOWN; what the store and a session that has to be begun may throw.
   */
  async submit({ userId, id, input, request, expiryMs }: JobRequest): Promise<ExecutionView> {
    this.#assertOpen();
    parseInput(this.#options.workflow, input);
    const earlier = id === undefined ? undefined : await this.#finder.view(userId, id);
    if (earlier !== undefined) {
      return earlier;
    }
    if (id !== undefined && this.#live.get(userId, id) !== undefined) {
      // It was submitted at the same moment.
      return this.get(userId, id);
    }
    const stored = storedInputOf(input, new RequestedRunFacts(request), request.parentId);
    const nowMs = this.#options.store.nowMs();
    const execution = this.#create(
      userId,
      id ?? randomUUID(),
      () => stored,
      this.#states.submitted("job", expiryMs, nowMs),
    );
    this.#live.add(execution);
    try {
      await execution.submit(request.admitNewSession);
    } catch (error) {
      execution.drop();
      throw error;
    }
    const view = execution.view();
    this.#goOn(execution);
    return view;
  }

  /** What is known of one of the user's executions. @throws EXECUTION_NOT_FOUND, also when it is another user's; STATE_UNREADABLE, STORE_FAILED. */
  async get(userId: string, id: string): Promise<ExecutionView> {
    return (await this.#finder.view(userId, id)) ?? notFound(id);
  }

  /** As {@link get}, when it is finished or the time is over. */
  async waitFor(userId: string, id: string, timeoutMs: number): Promise<ExecutionView> {
    const execution = this.#live.get(userId, id);
    if (execution !== undefined && timeoutMs > 0) {
      await whenGone(execution, timeoutMs);
    }
    return this.get(userId, id);
  }

  /** Ends an execution that is not finished, and resolves to what became of it, when that is durable. @throws as {@link get} */
  async cancel(userId: string, id: string): Promise<ExecutionView> {
    const execution = await this.#finder.live(userId, id);
    await execution?.cancel();
    return this.get(userId, id);
  }

  /**
   * Answers what an execution asks; resolves when the answer is durable.
   *
   * @throws as {@link get}, and INTERACTION_NOT_FOUND, INTERACTION_RESOLVED, INTERACTION_RESPONSE_INVALID, SESSION_CHANGED.
   */
  async answer(userId: string, id: string, interactionId: string, response: InteractionResponse): Promise<void> {
    this.#assertOpen();
    const execution = this.#live.get(userId, id);
    if (execution === undefined) {
      await this.get(userId, id);
      throw new AlcoveError("INTERACTION_RESOLVED", `The execution ${id} is finished.`);
    }
    await execution.answer(interactionId, response);
  }

  /**
   * Follows an execution: the follower hears of every change from now on. Resolves to what it is now, and the end of the
   * following.
   *
   * @throws as {@link get}
   */
  async follow(userId: string, id: string, follower: ExecutionFollower): Promise<FollowedExecution> {
    const execution = await this.#finder.live(userId, id);
    return execution === undefined
      ? { view: await this.get(userId, id), unfollow: () => undefined }
      : followExecution(execution, follower, () => this.get(userId, id));
  }

  /** The records of a user, whatever the session is like. */
  records(userId: string): UserRecords {
    return this.#options.sessions.userRecords(userId);
  }

  /** What an interactive run may become. `userId` is undefined where nobody is named: then there is nobody to ask. */
  interactive(userId: string | undefined, request: InteractiveRequest): InteractiveExecution {
    const { input, facts, parentId, abort } = request;
    const nowMs = this.#options.store.nowMs();
    const state = {
      ...this.#states.submitted("interactive", INTERACTIVE_EXPIRY_MS, nowMs),
      status: "running" as const,
    };
    const execution = this.#create(userId ?? "", randomUUID(), () => storedInputOf(input, facts, parentId), state);
    execution.abortsWith((reason) => abort.abort(reason));
    return execution;
  }

  /**
   * Takes up what a process before this one has left unfinished: jobs that have not begun are begun, what is resumable goes
   * on, and everything else is ended as interrupted. To be called once, by whoever serves.
   *
   * @throws STORE_FAILED.
   */
  async recover(): Promise<void> {
    const { store, application, logger } = this.#options;
    await recoverExecutions({
      store,
      application,
      logger,
      archive: this.#archive,
      isResumable: this.#surroundings.isResumable,
      records: (userId) => this.records(userId),
      takeUp: (userId, id, { input, state, journal }) => {
        const execution = this.#create(userId, id, () => input, state, journal);
        this.#live.add(execution, true);
        return execution;
      },
      goOn: (execution) => this.#goOn(execution),
    });
  }

  /** Gives up questions whose time is over, and executions that wait in a session that is. */
  async sweep(): Promise<void> {
    for (const execution of this.#live.all()) {
      if (execution.status === "waiting") {
        await execution.timeOut();
        if (execution.status === "waiting" && !(await this.#finder.isUnfinished(execution))) {
          execution.drop(new AlcoveError("RUN_ABORTED", "The user's session is over."));
        }
      }
    }
  }

  /** Ends a user's executions together with the session they belong to. Nothing is written. What is not stored yet belongs to the next one. */
  endAllOf(userId: string): void {
    for (const execution of this.#live.of(userId)) {
      if (execution.isStored) {
        execution.drop(new AlcoveError("RUN_ABORTED", "The user's session was ended."));
      }
    }
  }

  /** Goes on with those of a user's executions that gave way to an end of the session that did not come. */
  keepAllOf(userId: string): void {
    for (const execution of this.#live.of(userId)) {
      execution.sessionStays();
    }
  }

  /** Starts nothing any more, and lets go of what does not run. The next process finds it unfinished. */
  stop(): void {
    this.#isStopping = true;
    this.#queue.stop();
    this.#unstoredEnds.stop();
    for (const execution of this.#live.all()) {
      if (execution.status !== "running") {
        execution.drop(shuttingDown());
      }
    }
  }

  /** Resolves when all that was to be written is, or could not be. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
    for (const execution of this.#live.all()) {
      execution.drop(shuttingDown());
    }
  }

  #create(
    userId: string,
    id: string,
    input: () => StoredExecutionInput,
    state: StoredExecutionState,
    journal?: ConstructorParameters<typeof Execution>[0]["journal"],
  ): Execution {
    const records = this.records(userId);
    const surroundings = this.#surroundings;
    const isStored = journal !== undefined;
    return new Execution({ id, records, surroundings, input, state, isStored, journal: journal ?? [] });
  }

  #enter(execution: Execution): void {
    if (execution.userId === "") {
      throw new AlcoveError("INTERACTION_UNSUPPORTED", "The call names no user, so that there is nobody to ask.");
    }
    this.#live.add(execution);
  }

  #goOn(execution: Execution): void {
    const start = (): Promise<void> => startExecution(execution, this.#options);
    if (this.#isStopping) {
      execution.drop();
    } else if (execution.kind === "job") {
      this.#queue.add(execution.userId, start);
    } else {
      void start();
    }
  }

  #track(writing: Promise<void>): void {
    const tracked = writing
      .catch((error: unknown) =>
        this.#options.logger.error("What became of an execution could not be stored", { error }),
      )
      .finally(() => this.#writing.delete(tracked));
    this.#writing.add(tracked);
  }

  #assertOpen(): void {
    if (this.#isStopping) {
      throw shuttingDown();
    }
  }
}

function shuttingDown(): AlcoveError {
  return new AlcoveError("SHUTTING_DOWN", "The server is stopping.", { retryAfterSeconds: 1 });
}

function notFound(id: string): never {
  throw new AlcoveError(
    "EXECUTION_NOT_FOUND",
    `There is no job or execution ${JSON.stringify(id.slice(0, 128))} of this user.`,
  );
}
