import { setTimeout as pause } from "node:timers/promises";
import { HttpClient } from "../../e2e/http-client.js";
import type { Complaint } from "../complaint.js";
import { Random } from "../random.js";
import type { LoadOptions, LoadOutcome } from "./messages.js";
import { neverArrived, type OperationRequest, outcomeOfBreak, type RequestOutcome, type Witness } from "./witness.js";

/** How often each kind of request comes. */
const shares = { failing: 0.1, reading: 0.1, keyed: 0.25, sentTwice: 0.05 };
/** A server that breaks so many connections in a row is gone, whatever the reason. */
const brokenConnectionsThatEndIt = 3;
/** After so long a retry might come after the reply has been forgotten. */
const retryWithinMs = 10_000;
const pauseWithoutServerMs = 50;

interface UnansweredRequest {
  readonly request: OperationRequest;
  readonly sentAtMs: number;
}

/** A load of requests of several users: some of one user at once, some that fail, some with keys, some sent twice. */
export class Load {
  readonly #options: LoadOptions;
  readonly #witness: Witness;
  readonly #complain: (complaints: readonly Complaint[]) => void;
  readonly #client: HttpClient;
  readonly #outcome: LoadOutcome = {
    acknowledged: 0,
    refusals: [],
    unknown: [],
    halfReplies: [],
    carriedOutUnheard: [],
    servedByRetry: 0,
  };
  readonly #unanswered: UnansweredRequest[] = [];
  readonly #onReplyCountReached: () => void;
  #replies = 0;
  #operations = 0;
  #endsAtReplies = Number.POSITIVE_INFINITY;

  constructor(
    options: LoadOptions,
    witness: Witness,
    hooks: {
      readonly complain: (complaints: readonly Complaint[]) => void;
      readonly replyCountReached: () => void;
    },
  ) {
    this.#options = options;
    this.#witness = witness;
    this.#complain = hooks.complain;
    this.#onReplyCountReached = hooks.replyCountReached;
    this.#client = new HttpClient(options.url);
  }

  /** The requests with a key whose outcome was never heard, and that may still be sent once more. */
  unanswered(): OperationRequest[] {
    const sentAfterMs = performance.now() - retryWithinMs;
    return this.#unanswered.filter(({ sentAtMs }) => sentAtMs > sentAfterMs).map(({ request }) => request);
  }

  /** Ends it, when so many more replies have come: what is on its way then is waited for, nothing more is sent. */
  stop(afterReplies: number): void {
    this.#endsAtReplies = this.#replies + afterReplies;
  }

  /** Sends until the server is gone for longer than the load is to outlast, the operations are used up, or {@link stop} is called. */
  async run(): Promise<LoadOutcome> {
    const { workers, seed, reportAfterReplies } = this.#options;
    if (reportAfterReplies === 0) {
      this.#onReplyCountReached();
    }
    try {
      await Promise.all(Array.from({ length: workers }, (_, worker) => this.#work(new Random(`${seed} ${worker}`))));
    } finally {
      this.#client.close();
    }
    return this.#outcome;
  }

  async #work(random: Random): Promise<void> {
    let brokenInARow = 0;
    let answeredAtMs = performance.now();
    while (this.#goesOn()) {
      const outcomes = await this.#next(random);
      const isRefused = outcomes.some((outcome) => outcome.kind === "refused" && outcome.code === neverArrived);
      const isBroken = outcomes.some((outcome) => outcome.kind === "unknown" && outcome.isBroken);
      brokenInARow = isBroken ? brokenInARow + 1 : 0;
      if (!isRefused && !isBroken) {
        answeredAtMs = performance.now();
      } else if (isRefused || brokenInARow >= brokenConnectionsThatEndIt) {
        if (performance.now() - answeredAtMs >= this.#options.outlastsMs) {
          return;
        }
        await pause(pauseWithoutServerMs);
      }
    }
  }

  #goesOn(): boolean {
    return (
      this.#replies < this.#endsAtReplies &&
      this.#operations < (this.#options.maxOperations ?? Number.POSITIVE_INFINITY)
    );
  }

  async #next(random: Random): Promise<RequestOutcome[]> {
    const user = random.pick(this.#options.users);
    if (random.chance(shares.reading)) {
      return [await this.#read(user)];
    }
    this.#operations += 1;
    const operation = `${user}/${this.#options.seed}/${this.#operations}`;
    const { longestRunMs } = this.#options;
    const runMs = longestRunMs > 0 && random.chance(0.5) ? random.between(1, longestRunMs) : 0;
    if (random.chance(shares.failing)) {
      return [await this.#send({ user, operation, mustFail: true, runMs })];
    }
    if (!random.chance(shares.keyed)) {
      return [await this.#send({ user, operation, runMs })];
    }
    const request = { user, operation, runMs, idempotencyKey: `key of ${operation}` };
    const copies = random.chance(shares.sentTwice / shares.keyed) ? 2 : 1;
    const sentAtMs = performance.now();
    const outcomes = await Promise.all(Array.from({ length: copies }, () => this.#send(request)));
    if (this.#options.outlastsMs > 0) {
      await this.#sendUntilServed(request, outcomes);
    }
    if (outcomes.some(({ kind }) => kind === "unknown")) {
      this.#unanswered.push({ request, sentAtMs });
    }
    return outcomes;
  }

  /** Adds what came of sending it again. Not after other errors than those that are expected. */
  async #sendUntilServed(request: OperationRequest, outcomes: RequestOutcome[]): Promise<void> {
    const wasServed = outcomes.some(({ kind }) => kind === "acknowledged");
    const endsAtMs = performance.now() + retryWithinMs;
    let last = outcomes.find((outcome) => this.#isToBeSentAgain(outcome));
    while (last !== undefined && this.#isToBeSentAgain(last) && performance.now() < endsAtMs) {
      await pause(pauseWithoutServerMs);
      last = await this.#send(request);
      outcomes.splice(0, outcomes.length, last);
    }
    if (last?.kind === "acknowledged") {
      this.#outcome.servedByRetry += 1;
      if (last.isReplay && !wasServed) {
        this.#outcome.carriedOutUnheard.push(request.operation);
      }
    }
  }

  #isToBeSentAgain(outcome: RequestOutcome): boolean {
    return (
      outcome.kind === "unknown" ||
      (outcome.kind === "refused" && [neverArrived, ...this.#options.expectedCodes].includes(outcome.code))
    );
  }

  async #read(user: string): Promise<RequestOutcome> {
    try {
      await this.#witness.read(this.#client, user, this.#options.expectedCodes);
      this.#countReply();
      return { kind: "acknowledged", isReplay: false };
    } catch (error) {
      const outcome = outcomeOfBreak(error);
      this.#noteHalfReply(outcome, user);
      return outcome;
    }
  }

  async #send(request: OperationRequest): Promise<RequestOutcome> {
    const sentAtMs = Date.now();
    const outcome = await this.#witness.send(this.#client, request);
    this.#noteHalfReply(outcome, request.operation);
    if (outcome.kind === "acknowledged") {
      this.#outcome.acknowledged += 1;
      this.#countReply();
    } else if (outcome.kind === "unknown") {
      this.#outcome.unknown.push({ operation: request.operation, sentAtMs });
    } else {
      this.#noteRefusal(request, outcome.code, sentAtMs);
    }
    return outcome;
  }

  #noteHalfReply(outcome: RequestOutcome, subject: string): void {
    if (outcome.kind === "unknown" && outcome.isHalf) {
      this.#outcome.halfReplies.push(subject);
    }
  }

  #noteRefusal({ operation, mustFail }: OperationRequest, code: string, sentAtMs: number): void {
    if (code === neverArrived || (mustFail === true && code === "workflow_error")) {
      return;
    }
    this.#outcome.refusals.push({ operation, code, sentAtMs });
    if (!this.#options.expectedCodes.includes(code)) {
      this.#complain([{ kind: "other", subject: operation, detail: `was refused with ${code}` }]);
    }
  }

  #countReply(): void {
    this.#replies += 1;
    if (this.#replies === this.#options.reportAfterReplies) {
      this.#onReplyCountReached();
    }
  }
}
