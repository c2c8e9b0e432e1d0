import type { Logger } from "@alcove/plugin-api";
import { withinTime } from "@alcove/plugin-loader";
import type { EndedObjects, LookIntoMemory, ObjectLedger } from "./object-ledger.js";
import { askDriver } from "./object-operation.js";
import type { OpenObjectStore } from "./object-view.js";

/** How long whoever ended a session waits for its objects to be removed; then that goes on without them. */
const LONGEST_WAIT_MS = 5_000;
const OBJECTS_PER_STEP = 100;
const DELETED_AT_ONCE = 8;

/** Options of {@link ObjectRemoval}. */
export interface ObjectRemovalOptions {
  readonly ledger: ObjectLedger;
  readonly stores: ReadonlyMap<string, OpenObjectStore>;
  /** What the keys of the application's objects begin with. */
  readonly prefix: string;
  readonly logger: Logger;
}

/** Removes the objects of sessions that are over from the stores. What fails is tried again with the next cleanup. */
export class ObjectRemoval {
  readonly #options: ObjectRemovalOptions;
  readonly #stop = new AbortController();
  readonly #missed = new Set<string>();
  // Sessions with objects that could not be removed: they come last the next time, so that one object keeps nobody else's.
  readonly #failedBefore = new Set<string>();
  readonly #going = new Set<Promise<void>>();
  #pass: Promise<void> | undefined;

  constructor(options: ObjectRemovalOptions) {
    this.#options = options;
  }

  /**
   * Removes all that is to be removed. Resolves when that is done, or after five seconds while it goes on; never rejects. A pass that is
   * already going is joined.
   *
   * @param lookIntoMemory As for `ObjectLedger.endExpired`.
   */
  async sweep(lookIntoMemory: LookIntoMemory): Promise<void> {
    this.#pass ??= this.#sweep(lookIntoMemory).finally(() => {
      this.#pass = undefined;
    });
    await this.#waitFor(this.#pass);
  }

  /** Ends the objects of a user, and removes them as {@link sweep} does. Never rejects: what fails happens with a cleanup. */
  async removeOf(userId: string): Promise<void> {
    await this.#waitFor(this.#removeOf(userId));
  }

  /** Stops removing; what is left is removed after the next start. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("The process stops."));
    await Promise.all(this.#going);
  }

  async #waitFor(removal: Promise<void>): Promise<void> {
    this.#going.add(removal);
    void removal.finally(() => this.#going.delete(removal));
    await withinTime(removal, LONGEST_WAIT_MS);
  }

  async #removeOf(userId: string): Promise<void> {
    const { ledger, logger } = this.#options;
    try {
      const ended = await ledger.end(userId);
      if (ended !== undefined) {
        await this.#remove(ended, new Set());
      }
    } catch (error) {
      logger.error("The end of a user's objects could not be noted; it is found out when they would expire", {
        userId,
        error,
      });
    }
  }

  async #sweep(lookIntoMemory: LookIntoMemory): Promise<void> {
    const { ledger, logger } = this.#options;
    const failed = new Set<string>();
    try {
      await ledger.endExpired(lookIntoMemory);
      const lastOnes: EndedObjects[] = [];
      for await (const ended of ledger.ended()) {
        if (this.#stop.signal.aborted) {
          return;
        }
        if (this.#failedBefore.has(ended.generation)) {
          lastOnes.push(ended);
        } else {
          await this.#remove(ended, failed);
        }
      }
      for (const ended of lastOnes) {
        await this.#remove(ended, failed);
      }
    } catch (error) {
      logger.error("The cleanup of objects failed", { error });
    }
  }

  /** @param failed The stores that have failed in this pass, and are not asked again. */
  async #remove(ended: EndedObjects, failed: Set<string>): Promise<void> {
    const { ledger, stores, prefix } = this.#options;
    // What is put while it is removed may be overlooked: then it is looked for again the next time.
    let isAllGone = ledger.isQuiet(ended);
    this.#failedBefore.delete(ended.generation);
    for (const name of ended.stores) {
      const store = stores.get(name);
      if (store === undefined) {
        this.#reportMissing(name);
        isAllGone = false;
      } else if (failed.has(name)) {
        isAllGone = false;
      } else if (!(await this.#removeFrom(store, prefix + ended.path))) {
        failed.add(name);
        this.#failedBefore.add(ended.generation);
        isAllGone = false;
      }
    }
    if (isAllGone) {
      await ledger.forget(ended);
    }
  }

  async #removeFrom(store: OpenObjectStore, prefix: string): Promise<boolean> {
    try {
      let after: string | undefined;
      do {
        // Each is met once, also where a store goes on showing what it has deleted.
        after = await this.#removeSome(store, prefix, after);
      } while (after !== undefined);
      return true;
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        const fields = { objectStore: store.name, error };
        this.#options.logger.warn("Objects of an ended session could not be removed; it is tried again", fields);
      }
      return false;
    }
  }

  /** Resolves to the key behind which there may be more; `undefined` where there are none. */
  async #removeSome(
    { name, driver, limits }: OpenObjectStore,
    prefix: string,
    after: string | undefined,
  ): Promise<string | undefined> {
    const ask = <Result>(question: (signal: AbortSignal) => Promise<Result>): Promise<Result> =>
      askDriver({ store: name, timeoutMs: limits.operationTimeoutMs, signal: this.#stop.signal }, question);
    const listed = await ask((signal) => driver.list({ prefix, after, limit: OBJECTS_PER_STEP }, signal));
    const keys = listed.map(({ key }) => key).filter((key) => key.startsWith(prefix));
    for (let index = 0; index < keys.length; index += DELETED_AT_ONCE) {
      const some = keys.slice(index, index + DELETED_AT_ONCE);
      await Promise.all(some.map((key) => ask((signal) => driver.delete(key, signal))));
    }
    return listed.length < OBJECTS_PER_STEP ? undefined : keys.at(-1);
  }

  #reportMissing(name: string): void {
    if (!this.#missed.has(name)) {
      this.#missed.add(name);
      const message = "Objects of ended sessions are kept, because their store is not configured any more";
      this.#options.logger.warn(message, { objectStore: name });
    }
  }
}
