import type {
  EntryFacts,
  ExecutionFollower,
  ExecutionView,
  HealthResult,
  IdempotencyRequest,
  InteractionListener,
  InteractionResponse,
  JobRequest,
  Reply,
  ReplyStream,
  ResidentFigures,
  RunRequest,
  RuntimeFigures,
  SessionEndingListener,
  StepListener,
} from "@alcove/runtime";

/** The part of the runtime the server uses. A started `Runtime` satisfies it. */
export interface ServedApplication {
  /** The workflow that is served. */
  readonly workflow: EntryFacts;
  /** Everything that is served: the workflow first, then the functions that are served on their own, then what answers routes. */
  readonly entries: readonly EntryFacts[];
  /** What plugins say of what they need. */
  readonly health: {
    /** The optional plugins that could not be loaded or started. */
    readonly missingPlugins: readonly string[];
    /** How many checks there are. */
    readonly size: number;
    /** The result of every check, in bounded time. Never rejects. */
    results(): Promise<readonly HealthResult[]>;
  };
  /** What it has done since its start. */
  readonly figures: RuntimeFigures;
  /** Its users' sessions. */
  readonly sessions: {
    /**
     * The room of one user, for one request to the function of that name, or to the workflow. Throws errors of the
     * catalogue.
     */
    session(options: {
      /** Who asks; `undefined` for nobody in particular, who reaches shared functions only. */
      readonly userId: string | undefined;
      /** The function that is served on its own; the workflow if left out. */
      readonly functionName?: string | undefined;
    }): ServedSession;
    /** Figures of the sessions in memory, in the order in which they woke up. */
    residents(): readonly ResidentFigures[];
    /** Tells of users' sessions that are ended by somebody. */
    readonly endings: {
      /** Calls the listener for every end from now on. Returns the end of it. */
      listen(listener: SessionEndingListener): () => void;
    };
    /** Takes a user's session out of memory; resolves to whether it was there. @throws SESSION_BUSY. */
    evict(userId: string): Promise<boolean>;
  };
  /** Its users' jobs, and the runs that ask them something. */
  readonly executions: ServedExecutions;
}

/** The executions of users, each reached by its user's id and its own. Everything rejects with errors of the catalogue. */
export interface ServedExecutions {
  /** Submits a job; resolves when it is durable, or to the job that was submitted under its id before. */
  submit(job: JobRequest): Promise<ExecutionView>;
  get(userId: string, id: string): Promise<ExecutionView>;
  /** Resolves when it is finished, or the time is over. */
  waitFor(userId: string, id: string, timeoutMs: number): Promise<ExecutionView>;
  /** Ends it if it is not finished; resolves when what became of it is durable. */
  cancel(userId: string, id: string): Promise<ExecutionView>;
  /** Answers what it asks; resolves when the answer is durable. */
  answer(userId: string, id: string, interactionId: string, response: InteractionResponse): Promise<void>;
  /** Tells the follower what becomes of it from now on, and resolves to what it is now. */
  follow(
    userId: string,
    id: string,
    follower: ExecutionFollower,
  ): Promise<{ readonly view: ExecutionView; unfollow(): void }>;
}

/** A session as the server uses it: one run, then closed. */
export interface ServedSession {
  /** One run of the entry. Nothing happens before it is asked for its reply. */
  run(input: unknown, request: RunRequest): ServedRunner;
  /** Gives the session back, as soon as the run that has begun is over. */
  close(): void;
}

/** One run of an entry. */
export interface ServedRunner {
  /** The id of the run. */
  readonly runId: string;
  /**
   * Runs, and resolves to the JSON text of the reply body once everything is durable; or, where the idempotency key came
   * before, to the recorded one. Rejects with errors of the catalogue.
   */
  reply(idempotency: IdempotencyRequest | undefined): Promise<Reply>;
  /**
   * Begins the run, and resolves to the JSON texts of its chunks, the last of which comes once everything is durable; or,
   * where the idempotency key came before, to the recorded ones. Rejects, and its chunks do, with errors of the catalogue.
   */
  replyStream(idempotency: IdempotencyRequest | undefined): Promise<ReplyStream>;
  /** Listens to the run's steps; before the reply is asked for. Returns the unsubscription. */
  subscribe(listener: StepListener): () => void;
  /**
   * Lets the run ask its person: the listener hears every question as soon as that is durable, and everything the person
   * is to be told. Before the reply is asked for. From its first question on it
   * outlives its request. Returns the end of the listening.
   */
  onInteraction(listener: InteractionListener): () => void;
  /** Answers a question; resolves when the answer is durable. Rejects with errors of the catalogue. */
  answer(interactionId: string, response: InteractionResponse): Promise<void>;
  /** Gives the run up: nothing of it is stored, unless that has happened already. It ends with the reason, if there is one. */
  abort(reason?: unknown): void;
}
