import type { CallContext } from "./contexts.js";

/** What is known of an object beside its content. */
export interface ObjectFacts {
  /** The key it was put under. */
  readonly key: string;
  /** The length of its content in bytes. */
  readonly size: number;
  /** Its media type, as whoever put it said. */
  readonly contentType: string;
  /** The labels whoever put it gave it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** When it was put, in milliseconds since 1970-01-01T00:00:00Z, by the clock of the store. */
  readonly modifiedAtMs: number;
}

/** An object with its content. */
export interface StoredObject extends ObjectFacts {
  /** The content; nobody else holds it. */
  readonly body: Uint8Array;
}

/** An object as a list of them shows it. */
export type ListedObject = Pick<ObjectFacts, "key" | "size" | "modifiedAtMs">;

/** How an object is put. */
export interface ObjectPutOptions {
  /** Its media type, in at most 128 characters; `application/octet-stream` if left out. */
  readonly contentType?: string;
  /**
   * Labels: names of small letters, digits and `-`, and values without control characters, 512 bytes of UTF-8 in all. None
   * if left out.
   */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Puts it only where there is no object of that key; of several who try at once one succeeds. */
  readonly ifAbsent?: boolean;
}

/** Which objects {@link ObjectStore.list} gives. */
export interface ObjectListOptions {
  /** Only keys that begin with this; all if left out. */
  readonly prefix?: string;
  /** Only keys that come after this one: the `next` of the page before. */
  readonly after?: string;
  /** At most so many, from 1 to 1,000; 100 if left out. */
  readonly limit?: number;
}

/** Some of the objects, in an order that is the same for every page. */
export interface ObjectPage {
  /** The objects of this page. */
  readonly objects: readonly ListedObject[];
  /** What the next page comes after; `undefined` where this is the last one. */
  readonly next: string | undefined;
}

/**
 * The objects a component may see in one call: those of the call's user where the component is per-user, and those that shared
 * components have in common where it is shared. Neither ever shows the other's.
 *
 * A key is a path such as `reports/2026/november.pdf`: 1 to 256 bytes of UTF-8, segments joined by `/`, none of them empty,
 * `.` or `..`, without control characters and `\`. Keys are compared character by character: case and Unicode forms count.
 *
 * What a method has done is done when it resolves, and durable as far as the store is, whatever becomes of the run: objects are no
 * part of its commit. Where one rejects with OBJECT_STORE_FAILED, nobody knows whether it has been done.
 *
 * Every method throws OBJECT_STORE_FAILED when the store does not answer, or not in time; STORE_FAILED when the session store
 * cannot note that the user has objects; CALL_ENDED when the call is over, and whatever the run was given up with.
 */
export interface ObjectStore {
  /**
   * Puts an object, in the place of the one that has the key. It is there as a whole or not at all.
   *
   * @param body The content; a text is stored as UTF-8.
   * @throws OBJECT_KEY_INVALID, OBJECT_INVALID, OBJECT_TOO_LARGE; OBJECT_ALREADY_EXISTS with `ifAbsent`. Nothing was put.
   */
  put(key: string, body: Uint8Array | string, options?: ObjectPutOptions): Promise<void>;
  /**
   * Gets an object with its content.
   *
   * @throws OBJECT_NOT_FOUND, OBJECT_KEY_INVALID, OBJECT_UNREADABLE when what is stored is damaged.
   */
  get(key: string): Promise<StoredObject>;
  /** What is known of an object; `undefined` where there is none. @throws OBJECT_KEY_INVALID, OBJECT_UNREADABLE. */
  stat(key: string): Promise<ObjectFacts | undefined>;
  /** Deletes an object, if it is there. @throws OBJECT_KEY_INVALID. */
  delete(key: string): Promise<void>;
  /** A page of objects. What is put or deleted meanwhile may or may not be in it. @throws OBJECT_KEY_INVALID, OBJECT_INVALID. */
  list(options?: ObjectListOptions): Promise<ObjectPage>;
}

/**
 * An object store a component has declared with `objectStoreRef()`. It holds nothing of any user: whose objects a call
 * works on is found through the call context.
 */
export interface ObjectStoreHandle {
  /** Its name in the configuration, e.g. `attachments`. */
  readonly name: string;
  /**
   * The objects of a call.
   *
   * @throws DEPENDENCY_UNDECLARED (the calling component's configuration does not reference this store), CALL_ENDED; TypeError
   * when `call` is not the context the calling function was given.
   */
  of(call: CallContext): ObjectStore;
}
