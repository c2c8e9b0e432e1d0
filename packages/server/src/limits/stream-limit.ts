import { AlcoveError } from "@alcove/plugin-api";

/** Options of {@link StreamLimit}. */
export interface StreamLimitOptions {
  /** How many there may be at once. */
  readonly most: number;
  /** How many of them may be one user's. */
  readonly mostPerUser: number;
}

const RETRY_AFTER_SECONDS = 1;

/** Limits how many streams are open at once: of all users together, and of each. */
export class StreamLimit {
  readonly #options: StreamLimitOptions;
  // How many each user has; who has none is not in it.
  readonly #byUser = new Map<string, number>();
  #count = 0;

  constructor(options: StreamLimitOptions) {
    this.#options = options;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /**
   * Counts one in. Returns what counts it out again, once.
   *
   * @param userId Whose it is; `undefined` for somebody who need not be named.
   * @throws TOO_MANY_STREAMS, TOO_MANY_STREAMS_OF_USER
   */
  enter(userId: string | undefined): () => void {
    const { most, mostPerUser } = this.#options;
    if (this.#count >= most) {
      throw new AlcoveError("TOO_MANY_STREAMS", `The server has ${most} streams open, and takes no more.`, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    const ofUser = userId === undefined ? 0 : (this.#byUser.get(userId) ?? 0);
    if (ofUser >= mostPerUser) {
      throw new AlcoveError("TOO_MANY_STREAMS_OF_USER", `You have ${ofUser} streams open. Close some first.`, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    this.#count += 1;
    if (userId !== undefined) {
      this.#byUser.set(userId, ofUser + 1);
    }
    let isIn = true;
    return () => {
      if (isIn) {
        isIn = false;
        this.#leave(userId);
      }
    };
  }

  #leave(userId: string | undefined): void {
    this.#count -= 1;
    if (userId === undefined) {
      return;
    }
    const left = (this.#byUser.get(userId) ?? 1) - 1;
    if (left === 0) {
      this.#byUser.delete(userId);
    } else {
      this.#byUser.set(userId, left);
    }
  }
}
