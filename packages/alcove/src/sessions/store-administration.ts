import { AlcoveError, type LogFields, type Logger } from "@alcove/plugin-api";
import type { SessionAdministration, SessionPage, StoredSessions } from "@alcove/server";
import {
  type ListedSession,
  type SessionDescription,
  type SessionKey,
  type SqliteSessionStore,
  sessionKeyOf,
  userIdOfExport,
  type Verification,
  type VerifiedEntry,
} from "@alcove/state";

const SESSIONS_PER_PAGE = 100;

/** Options of {@link StoreAdministration}. */
export interface StoreAdministrationOptions {
  readonly store: SqliteSessionStore;
  /** `general.application` of the configuration. */
  readonly application: string;
  /** Lets a change of a user's stored session happen while no run of that user can see or overwrite it. */
  readonly betweenRuns: (userId: string, change: () => Promise<void>) => Promise<void>;
  /** Is told what was changed. */
  readonly logger: Logger;
}

/** Looks after the sessions in a store that this process has open. */
export class StoreAdministration implements SessionAdministration, StoredSessions {
  readonly #options: StoreAdministrationOptions;

  constructor(options: StoreAdministrationOptions) {
    this.#options = options;
  }

  async *list(limit = Number.POSITIVE_INFINITY): AsyncGenerator<ListedSession> {
    let left = limit;
    let after: string | undefined;
    while (left > 0) {
      const pageLimit = Math.min(SESSIONS_PER_PAGE, left);
      const page = await this.page({ limit: pageLimit, ...(after === undefined ? {} : { after }) });
      yield* page;
      left -= page.length;
      after = page.at(-1)?.entry;
      if (page.length < pageLimit) {
        return;
      }
    }
  }

  page(page: SessionPage): Promise<ListedSession[]> {
    const { store, application } = this.#options;
    return store.list({ application, ...page });
  }

  async describe(userId: string): Promise<SessionDescription> {
    return (await this.#options.store.describeSession(this.#keyOf(userId))) ?? this.#failAsMissing(userId);
  }

  async export(userId: string): Promise<string> {
    return (await this.#options.store.exportSession(this.#keyOf(userId))) ?? this.#failAsMissing(userId);
  }

  async import(text: string, replace: boolean): Promise<SessionKey> {
    const { store, application, logger } = this.#options;
    const userId = userIdOfExport(text);
    await this.#options.betweenRuns(userId, async () => {
      await store.importSession(text, { application, replace });
    });
    logger.info("A session was imported", { userId });
    return this.#keyOf(userId);
  }

  async delete(userId: string, logged: LogFields = {}): Promise<void> {
    await this.#remove(userId, () => this.#options.store.remove(this.#keyOf(userId)), logged);
  }

  async deleteEntry(entry: string): Promise<void> {
    const { store, application, logger } = this.#options;
    const key = sessionKeyOf(entry);
    if (key?.application === application) {
      return this.delete(key.userId);
    }
    if (!(await store.removeEntry(entry))) {
      throw new AlcoveError(
        "SESSION_NOT_FOUND",
        `There is no entry ${entry} that is a session's. A record goes with the session it stands below.`,
      );
    }
    logger.info("A session was deleted", { entry });
  }

  verify(onDamaged: (entry: VerifiedEntry) => void, signal?: AbortSignal): Promise<Verification> {
    return this.#options.store.verify((entry) => {
      signal?.throwIfAborted();
      if (entry.damaged !== undefined) {
        onDamaged(entry);
      }
    });
  }

  backup(file: string, overwrite: boolean): Promise<void> {
    return this.#options.store.backup(file, { overwrite });
  }

  async #remove(userId: string, remove: () => Promise<boolean>, logged: LogFields): Promise<void> {
    let isRemoved = false;
    await this.#options.betweenRuns(userId, async () => {
      isRemoved = await remove();
    });
    if (!isRemoved) {
      this.#failAsMissing(userId);
    }
    this.#options.logger.info("A session was deleted", { ...logged, userId });
  }

  #failAsMissing(userId: string): never {
    const message = `The user ${userId} has no session in the application ${this.#options.application}.`;
    throw new AlcoveError("SESSION_NOT_FOUND", message);
  }

  #keyOf(userId: string): SessionKey {
    return { application: this.#options.application, userId };
  }
}
