import { AlcoveError, type ErrorCode, errorCatalogue } from "@alcove/plugin-api";
import type { SessionStore } from "@alcove/state";

/** How long the outcome of a write says what the next one would meet. */
const WRITE_COUNTS_FOR_MS = 1_000;
/** How long whoever asks waits for a write to come to its end. */
const LONGEST_WAIT_MS = 2_000;

/** Why a server should get no requests at present. */
export interface Unreadiness {
  readonly code: ErrorCode;
  /** For people. */
  readonly message: string;
}

/** The part of a store that says whether it takes changes. */
export type WatchedStore = Pick<SessionStore, "figures" | "checkWritable">;

/**
 * Whether a server should get requests: it does not stop, and its store takes changes. That is known from the latest
 * write; where that was a while ago, a little is written to find out, whoever and however many ask.
 */
export class Readiness {
  readonly #store: WatchedStore;
  readonly #longestWaitMs: number;
  #isStopping = false;
  #checking: Promise<Unreadiness | undefined> | undefined;

  /** @param longestWaitMs How long {@link reasonAgainst} waits for the store. */
  constructor(store: WatchedStore, longestWaitMs = LONGEST_WAIT_MS) {
    this.#store = store;
    this.#longestWaitMs = longestWaitMs;
  }

  /** From now on the server is not ready any more. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Why the server should get no requests; `undefined` when it is ready. */
  async reasonAgainst(): Promise<Unreadiness | undefined> {
    if (this.#isStopping) {
      return unreadiness("SHUTTING_DOWN");
    }
    const { lastWrite } = this.#store.figures;
    if (lastWrite !== undefined && performance.now() - lastWrite.atMs < WRITE_COUNTS_FOR_MS) {
      return lastWrite.failure === undefined ? undefined : unreadiness(lastWrite.failure);
    }
    // A store that hangs is asked once: whoever comes later waits for the same answer.
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#withinTime(this.#checking);
  }

  async #check(): Promise<Unreadiness | undefined> {
    try {
      await this.#store.checkWritable();
      return undefined;
    } catch (error) {
      return unreadiness(AlcoveError.is(error) ? error.code : "INTERNAL");
    }
  }

  async #withinTime(answer: Promise<Unreadiness | undefined>): Promise<Unreadiness | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Unreadiness>((resolve) => {
      const message = `The session store did not answer within ${this.#longestWaitMs / 1_000} s. Look at its disk; the server goes on by itself as soon as it answers.`;
      timer = setTimeout(resolve, this.#longestWaitMs, { code: "STORE_FAILED", message });
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function unreadiness(code: ErrorCode): Unreadiness {
  const { summary, remedy } = errorCatalogue[code];
  return { code, message: `${summary} ${remedy}` };
}
