import { type Clock, type Logger, silentLogger } from "@alcove/plugin-api";
import { GuardedAdapter, type KeyvEntryStorage } from "./guarded-adapter.js";
import { KeyvSessionStore } from "./keyv-session-store.js";
import type { SessionStore } from "./session-store.js";
import type { SessionStoreTools } from "./session-store-tools.js";
import { defaultMaxSessionBytes } from "./size-limit.js";
import { StoreTime } from "./store-time.js";

/** Options of {@link createKeyvSessionStore}. */
export interface KeyvSessionStoreOptions {
  /** A `Map`, or any Keyv storage adapter. It has to be the store's alone; keys are used as they are, without a namespace. */
  readonly keyvAdapter: KeyvEntryStorage;
  /** Where the store's time comes from. */
  readonly clock: Clock;
  /** Is told what cannot be told to a caller; silent when left out. */
  readonly logger?: Logger;
  /** Where the adapter keeps its entries, for people; `a Keyv adapter` when left out. */
  readonly place?: string;
  /** Whether the adapter's `set` resolves only when the entry would survive a loss of power; `false` when left out. */
  readonly durable?: boolean;
  /** How long the text of a session, and of each of its records, may be; 16 MiB when left out. */
  readonly maxSessionBytes?: number;
}

/**
 * The session store over any Keyv adapter. It promises neither atomic batches nor exclusive use, because Keyv can
 * do neither; so two servers must not share one. Sweeping and counting read every entry.
 *
 * @throws StoreError STORE_FAILED, OUTCOME_UNKNOWN when the adapter cannot be used.
 */
export async function createKeyvSessionStore(
  options: KeyvSessionStoreOptions,
): Promise<SessionStore & SessionStoreTools> {
  const time = new StoreTime(options.clock);
  return KeyvSessionStore.open({
    adapter: new GuardedAdapter(options.keyvAdapter, () => time.nowMs()),
    time,
    logger: options.logger ?? silentLogger,
    place: options.place ?? "a Keyv adapter",
    maxSessionBytes: options.maxSessionBytes ?? defaultMaxSessionBytes,
    promises: Object.freeze({ durable: options.durable ?? false, atomicBatches: false, exclusive: false }),
    release: async () => undefined,
  });
}
