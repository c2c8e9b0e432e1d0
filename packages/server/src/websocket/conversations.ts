import { AlcoveError } from "@alcove/plugin-api";
import type { SocketOutlet } from "./socket-outlet.js";
import type { SocketRun } from "./socket-run.js";

/** Whose a conversation is: a user id, or what stands for one client that has none. */
export type Owner = string | object;

/** What a conversation is called: by its client, or what stands for the one without a name. */
export type ConversationName = string | object;

interface Held {
  readonly owner: Owner;
  readonly name: ConversationName;
  readonly run: SocketRun;
  timer?: NodeJS.Timeout;
  /** Whether it is not kept once it is over, since its session is. */
  isForgotten?: boolean;
}

/** How many runs that are over are kept for one user to fetch. */
const MAX_KEPT_PER_OWNER = 16;

/**
 * The runs of all sockets, by user and conversation. One conversation has one run at a time. A name leads to a run only
 * together with the id of the user it belongs to, so that nobody finds another's by guessing; what belongs to nobody is
 * kept under an object that only its own socket has, and is never found again.
 */
export class Conversations {
  readonly #graceMs: number;
  readonly #onEnded: () => void;
  readonly #current = new Map<Owner, Map<ConversationName, Held>>();
  // Also those whose place in their conversation another run has taken.
  readonly #held = new Map<SocketRun, Held>();
  #isClosed = false;

  /**
   * @param graceMs How long a run whose client has gone is kept, and one that is over; 0 for not at all.
   * @param onEnded Told whenever a run is over.
   */
  constructor(graceMs: number, onEnded: () => void) {
    this.#graceMs = graceMs;
    this.#onEnded = onEnded;
  }

  /** Whether a client that has gone can come back to a run. */
  isKept(owner: Owner, name: ConversationName): boolean {
    return this.#graceMs > 0 && typeof owner === "string" && typeof name === "string";
  }

  /** Puts a run into its conversation. The one that was there is given up. */
  begin(owner: Owner, name: ConversationName, run: SocketRun): void {
    const ofOwner = this.#current.get(owner) ?? new Map<ConversationName, Held>();
    this.#current.set(owner, ofOwner);
    const earlier = ofOwner.get(name);
    const held = { owner, name, run };
    this.#held.set(run, held);
    ofOwner.set(name, held);
    if (earlier?.run.isOver === true) {
      this.#forget(earlier);
    } else {
      earlier?.run.abort(new AlcoveError("RUN_ABORTED", "A newer message in the same conversation took its place."));
    }
  }

  /** The run of a user's conversation, if there is one. */
  find(owner: Owner, name: ConversationName): SocketRun | undefined {
    return this.#current.get(owner)?.get(name)?.run;
  }

  /** Sends the frames of a run to another socket of its user. */
  moveTo(run: SocketRun, outlet: SocketOutlet, after: number | undefined): void {
    const held = this.#held.get(run);
    if (held !== undefined && !run.isOver) {
      clearTimeout(held.timer);
    }
    run.attach(outlet, after);
  }

  /** The client of a run has gone: it gets the grace to come back, where it can, or the run is given up. */
  clientGone(run: SocketRun, outlet: SocketOutlet): void {
    const held = this.#held.get(run);
    if (held === undefined || !run.goesTo(outlet)) {
      return;
    }
    run.detach(outlet);
    if (run.isOver || run.hasAsked) {
      return;
    }
    if (this.#isClosed || !this.isKept(held.owner, held.name)) {
      run.abort(clientGone);
      return;
    }
    held.timer = setTimeout(() => {
      run.abort(clientGone);
      this.#leaveConversation(held);
    }, this.#graceMs);
  }

  /** A run is over. */
  ended(run: SocketRun): void {
    const held = this.#held.get(run);
    if (held !== undefined) {
      this.#keepOrForget(held);
    }
    this.#onEnded();
  }

  /** Gives up a user's runs whose clients are away; one that has asked its person something is an execution, which answers to others. */
  giveUpAway(userId: string): void {
    for (const { owner, run } of this.#held.values()) {
      if (owner === userId && run.isAlone && !run.isOver && !run.hasAsked) {
        run.abort(new AlcoveError("RUN_ABORTED", "The run was given up so that the user's session could be ended."));
      }
    }
  }

  /** The session of a user is over: keeps nothing of its runs any more. Those that are to come are another session's. */
  forgetUser(userId: string): void {
    for (const held of [...this.#held.values()].filter(({ owner }) => owner === userId)) {
      if (held.run.isOver) {
        this.#forget(held);
      } else {
        held.isForgotten = held.run.hasAsked || held.run.isGivenUp;
      }
    }
  }

  /** Gives up the runs that wait for a person, who may take longer than a stop. */
  abortAsking(reason: unknown): void {
    for (const run of this.#held.keys()) {
      if (run.isAsking) {
        run.abort(reason);
      }
    }
  }

  /** Whether any run is not over yet. */
  get hasRuns(): boolean {
    return [...this.#held.keys()].some((run) => !run.isOver);
  }

  /** Gives all runs up. */
  abortAll(reason: unknown): void {
    for (const run of this.#held.keys()) {
      run.abort(reason);
    }
  }

  /** Keeps nothing any more: no timer is left, and a run that is still going on is forgotten when it ends. */
  close(): void {
    this.#isClosed = true;
    for (const held of [...this.#held.values()]) {
      clearTimeout(held.timer);
      if (held.run.isOver) {
        this.#forget(held);
      }
    }
  }

  #keepOrForget(held: Held): void {
    const isCurrent = this.#current.get(held.owner)?.get(held.name) === held;
    if (this.#isClosed || held.isForgotten === true || !isCurrent || !this.isKept(held.owner, held.name)) {
      this.#forget(held);
      return;
    }
    clearTimeout(held.timer);
    held.timer = setTimeout(() => this.#forget(held), this.#graceMs);
    this.#dropOldest(held.owner);
  }

  #dropOldest(owner: Owner): void {
    const over = [...(this.#current.get(owner)?.values() ?? [])].filter(({ run }) => run.isOver);
    for (const held of over.slice(0, -MAX_KEPT_PER_OWNER)) {
      this.#forget(held);
    }
  }

  #forget(held: Held): void {
    clearTimeout(held.timer);
    this.#held.delete(held.run);
    this.#leaveConversation(held);
  }

  #leaveConversation({ owner, name, run }: Held): void {
    const ofOwner = this.#current.get(owner);
    if (ofOwner?.get(name)?.run === run) {
      ofOwner.delete(name);
      if (ofOwner.size === 0) {
        this.#current.delete(owner);
      }
    }
  }
}

const clientGone = new AlcoveError("RUN_ABORTED", "The client went away before the run ended.");
