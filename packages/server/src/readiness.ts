import { AlcoveError, type ErrorCode, errorCatalogue } from "@alcove/plugin-api";
import type { HealthResult } from "@alcove/runtime";
import type { SessionStore } from "@alcove/state";
import type { ServedApplication } from "./served-application.js";

/** How long the outcome of a write says what the next one would meet. */
const WRITE_COUNTS_FOR_MS = 1_000;
/** How long whoever asks waits for a write to come to its end. */
const LONGEST_WAIT_MS = 2_000;

/** Why a server should get no requests at present. */
export interface Unreadiness {
  readonly code: ErrorCode;
  /** For people. */
  readonly message: string;
  /** The names of the health checks that fail; null where the reason is another one. */
  readonly details: readonly string[] | null;
}

/** What is to be said of a server that should get requests. */
export interface Ready {
  readonly code: undefined;
  /** The checks of plugins; empty where there are none. */
  readonly checks: readonly HealthResult[];
  /** The optional plugins it does without. */
  readonly missingPlugins: readonly string[];
}

/** The part of a store that says whether it takes changes. */
export type WatchedStore = Pick<SessionStore, "figures" | "checkWritable">;

/**
 * Whether a server should get requests: it does not stop, its store takes changes, and the critical health checks of its
 * plugins succeed. The second is known from the latest
 * write; where that was a while ago, a little is written to find out, whoever and however many ask.
 */
export class Readiness {
  readonly #store: WatchedStore;
  readonly #health: ServedApplication["health"];
  readonly #longestWaitMs: number;
  #isStopping = false;
  #checking: Promise<Unreadiness | undefined> | undefined;

  /** @param longestWaitMs How long {@link look} waits for the store. */
  constructor(store: WatchedStore, health: ServedApplication["health"], longestWaitMs = LONGEST_WAIT_MS) {
    this.#store = store;
    this.#health = health;
    this.#longestWaitMs = longestWaitMs;
  }

  /** From now on the server is not ready any more. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Whether the server should get requests, and what its plugins say. */
  async look(): Promise<Ready | Unreadiness> {
    const reason = await this.#reasonOfStore();
    if (reason !== undefined) {
      return reason;
    }
    const checks = this.#health.size === 0 ? [] : await this.#health.results();
    const failing = checks.filter(({ isHealthy, isCritical }) => isCritical && !isHealthy);
    return failing.length === 0
      ? { code: undefined, checks, missingPlugins: this.#health.missingPlugins }
      : unreadiness(
          "HEALTH_CHECK_FAILED",
          failing.map(({ name }) => name),
        );
  }

  async #reasonOfStore(): Promise<Unreadiness | undefined> {
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
      timer = setTimeout(resolve, this.#longestWaitMs, { code: "STORE_FAILED", message, details: null });
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function unreadiness(code: ErrorCode, details: readonly string[] | null = null): Unreadiness {
  const { summary, remedy } = errorCatalogue[code];
  return { code, message: `${summary} ${remedy}`, details };
}
