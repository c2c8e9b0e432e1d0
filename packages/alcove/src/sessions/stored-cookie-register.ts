import { AlcoveError } from "@alcove/plugin-api";
import type { RevokedUsers } from "@alcove/server";
import type { SessionKey, SessionStore } from "@alcove/state";

/** As long as any cookie lasts: browsers keep none for longer, and the configuration allows no more. */
const KEPT_FOR_MS = 400 * 24 * 60 * 60 * 1_000;
const MAX_KNOWN = 20_000;

/**
 * The revoked users of an application, in its session store: each is a session without content, of an application of its
 * own, which nobody serves, and which expires when the last cookie of the user has.
 */
export class StoredRevocations implements RevokedUsers {
  readonly #store: SessionStore;
  readonly #application: string;
  // What the store said lately, by user id. Nobody else writes the store, so that it stays true.
  readonly #known = new Map<string, boolean>();
  #revocations = 0;

  /** @param application `general.application` of the configuration. */
  constructor(store: SessionStore, application: string) {
    this.#store = store;
    this.#application = `\0revoked\0${application}`;
  }

  isRevoked(userId: string): boolean | Promise<boolean> {
    return this.#known.get(userId) ?? this.#load(userId);
  }

  async revoke(userId: string): Promise<void> {
    const nowMs = this.#store.nowMs();
    try {
      await this.#store.commit({
        key: this.#keyOf(userId),
        expectedRevision: 0,
        createdAtMs: nowMs,
        lastActivityAtMs: nowMs,
        expiresAtMs: nowMs + KEPT_FOR_MS,
        runsCompleted: 0,
        components: new Map(),
      });
    } catch (error) {
      // Somebody has revoked the user before.
      if (!AlcoveError.is(error) || error.code !== "STORE_CONFLICT") {
        throw error;
      }
    }
    this.#revocations += 1;
    this.#remember(userId, true);
  }

  async #load(userId: string): Promise<boolean> {
    const before = this.#revocations;
    const isRevoked = (await this.#store.load(this.#keyOf(userId))) !== undefined;
    // What was read before a revocation came may be out of date.
    return before === this.#revocations ? this.#remember(userId, isRevoked) : this.#load(userId);
  }

  #remember(userId: string, isRevoked: boolean): boolean {
    if (this.#known.size >= MAX_KNOWN) {
      this.#known.clear();
    }
    this.#known.set(userId, isRevoked);
    return isRevoked;
  }

  #keyOf(userId: string): SessionKey {
    return { application: this.#application, userId };
  }
}
