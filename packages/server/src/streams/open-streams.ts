import { InFlight } from "@alcove/runtime";
import { StreamLimit } from "../limits/stream-limit.js";

/** What a stream shows, and what ends it when it is given up. */
export interface Abortable {
  abort(reason?: unknown): void;
  /** Whether it waits for a person, who may never come. */
  readonly isWaiting?: boolean;
}

/** How many streams may be open at once. */
export interface StreamLimits {
  readonly maxStreams: number;
  /** How many of them may be one user's. */
  readonly maxStreamsPerUser: number;
}

const noLimits: StreamLimits = {
  maxStreams: Number.POSITIVE_INFINITY,
  maxStreamsPerUser: Number.POSITIVE_INFINITY,
};

/** The runs whose streams are open: what a shutdown has to end before connections are cut off. */
export class OpenStreams {
  readonly #runners = new InFlight<Abortable>();
  readonly #limit: StreamLimit;
  #waitsNoMore: { readonly reason: unknown } | undefined;

  constructor({ maxStreams, maxStreamsPerUser }: StreamLimits = noLimits) {
    this.#limit = new StreamLimit({ most: maxStreams, mostPerUser: maxStreamsPerUser });
  }

  /** How many there are. */
  get count(): number {
    return this.#runners.size;
  }

  /** Counts one in. Returns what counts it out. @throws TOO_MANY_STREAMS, TOO_MANY_STREAMS_OF_USER */
  add(runner: Abortable, userId?: string): () => void {
    const leave = this.#limit.enter(userId);
    const place = this.#runners.enter(runner);
    return () => {
      leave();
      this.#runners.leave(place);
    };
  }

  /** From now on nobody waits for a person: runs that do, or come to, are given up. */
  giveUpWaiting(reason: unknown): void {
    this.#waitsNoMore = { reason };
    for (const runner of this.#runners.items()) {
      this.hasAsked(runner);
    }
  }

  /** A run has asked a person something. */
  hasAsked(runner: Abortable): void {
    if (this.#waitsNoMore !== undefined && runner.isWaiting === true) {
      runner.abort(this.#waitsNoMore.reason);
    }
  }

  /** Gives up every run; each stream then ends with `reason` in an error frame. */
  abortAll(reason: unknown): void {
    for (const runner of this.#runners.items()) {
      runner.abort(reason);
    }
  }
}
