import { Keyv, type KeyvStoreAdapter } from "keyv";
import type { EntryAdapter } from "./entry-adapter.js";

/** Keyv over an adapter. No prefix, no lifetime and no serialiser of Keyv's: the entries' keys, expiry and text are the store's own. */
export function openKeyv(adapter: EntryAdapter): Keyv<string> {
  return new Keyv<string>({
    // Batches go past Keyv, which can neither make them conditional nor put an entry's records with it.
    store: adapter as unknown as KeyvStoreAdapter,
    useKeyPrefix: false,
    throwOnErrors: true,
    emitErrors: false,
    serialize: ({ value }) => value as string,
    deserialize: (text) => ({ value: text as never, expires: undefined }),
  });
}
