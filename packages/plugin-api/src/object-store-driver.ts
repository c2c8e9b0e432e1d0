import type { ListedObject, ObjectFacts, StoredObject } from "./object-store.js";

/** An object that is to be stored. */
export interface ObjectToStore extends Pick<StoredObject, "contentType" | "metadata"> {
  /** The content. It does not change while the call lasts. */
  readonly body: Uint8Array;
  /** `true` where an object that has the key already is to be left as it is. */
  readonly ifAbsent: boolean;
}

/** Which objects a driver lists. */
export interface ObjectListRequest {
  /** Only keys that begin with this. */
  readonly prefix: string;
  /** Only keys that come after this one. */
  readonly after: string | undefined;
  /** At most so many; at least 1. */
  readonly limit: number;
}

/**
 * Where the objects of a store are. It knows neither users nor runs: whose an object is stands in its key, which the engine
 * makes. Keys are 1 to 1,024 characters of `a-z`, `0-9`, `/`, `.`, `_`, `-` and `=`, with segments that are neither empty nor `.` or
 * `..`, so that no store has to be afraid of one. `objectStoreContract` of `@alcove/testing` checks a driver.
 *
 * The signal of a call aborts when nobody waits for it any more. What a method throws is told to functions as
 * OBJECT_STORE_FAILED, errors of the catalogue excepted.
 */
export interface ObjectStoreDriver {
  /**
   * Stores an object as a whole, or not at all, and resolves when it is as durable as the store makes anything.
   *
   * @returns `false` where there was one and `ifAbsent` was asked for. Of several who ask for it at once one gets `true`.
   */
  put(key: string, object: ObjectToStore, signal: AbortSignal): Promise<boolean>;
  /** The latest object that was put under the key; `undefined` where there is none. @throws OBJECT_UNREADABLE */
  get(key: string, signal: AbortSignal): Promise<Omit<StoredObject, "key"> | undefined>;
  /** As {@link get}, without the content. @throws OBJECT_UNREADABLE */
  stat(key: string, signal: AbortSignal): Promise<Omit<ObjectFacts, "key"> | undefined>;
  /** Deletes an object, if it is there. */
  delete(key: string, signal: AbortSignal): Promise<void>;
  /**
   * Objects in the order of the characters of their keys, damaged ones among them, so that they can be deleted. Fewer than the
   * limit mean that there are no more.
   */
  list(request: ObjectListRequest, signal: AbortSignal): Promise<readonly ListedObject[]>;
}
