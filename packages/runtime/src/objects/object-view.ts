import {
  AlcoveError,
  type ObjectFacts,
  type ObjectListOptions,
  type ObjectPage,
  type ObjectPutOptions,
  type ObjectStore,
  type ObjectStoreDriver,
  type StoredObject,
} from "@alcove/plugin-api";
import type { ObjectStoreLimits } from "../plan/object-store-fields.js";
import type { ObjectAccess } from "./object-access.js";
import { decodeKey, encodeKey, encodePrefix } from "./object-keys.js";
import { askDriver } from "./object-operation.js";
import { checkedListLimit, checkedObject } from "./object-values.js";

/** A store that has been opened, and its place in the plan. */
export interface OpenObjectStore {
  readonly name: string;
  readonly driver: ObjectStoreDriver;
  readonly limits: ObjectStoreLimits;
}

/** The call a view belongs to. */
export interface ViewedCall {
  /** Throws when the call may not go on. */
  assertUsable(): void;
  /** Aborts when the call is given up. */
  readonly signal: AbortSignal;
}

/** What one call sees of an object store: keys are encoded, and put behind the prefix of the part it may see, here and nowhere else. */
export class ObjectView implements ObjectStore {
  readonly #store: OpenObjectStore;
  readonly #access: ObjectAccess;
  readonly #call: ViewedCall;

  constructor(store: OpenObjectStore, access: ObjectAccess, call: ViewedCall) {
    this.#store = store;
    this.#access = access;
    this.#call = call;
  }

  async put(key: string, body: Uint8Array | string, options: ObjectPutOptions = {}): Promise<void> {
    const encoded = encodeKey(key);
    const { name, limits } = this.#store;
    const object = checkedObject(body, options, { store: name, maxBytes: limits.maxObjectBytes });
    const isPut = await this.#ask(true, (prefix, signal) =>
      this.#store.driver.put(`${prefix}${encoded}`, object, signal),
    );
    if (isPut === false) {
      throw new AlcoveError("OBJECT_ALREADY_EXISTS", `There is an object ${quoted(key)} already.`);
    }
  }

  async get(key: string): Promise<StoredObject> {
    const encoded = encodeKey(key);
    const found = await this.#ask(false, (prefix, signal) => this.#store.driver.get(`${prefix}${encoded}`, signal));
    if (found === undefined) {
      throw new AlcoveError("OBJECT_NOT_FOUND", `There is no object ${quoted(key)}.`);
    }
    return { ...factsOf(key, found), body: found.body };
  }

  async stat(key: string): Promise<ObjectFacts | undefined> {
    const encoded = encodeKey(key);
    const found = await this.#ask(false, (prefix, signal) => this.#store.driver.stat(`${prefix}${encoded}`, signal));
    return found && factsOf(key, found);
  }

  async delete(key: string): Promise<void> {
    const encoded = encodeKey(key);
    await this.#ask(false, (prefix, signal) => this.#store.driver.delete(`${prefix}${encoded}`, signal));
  }

  async list({ prefix = "", after, limit }: ObjectListOptions = {}): Promise<ObjectPage> {
    const wanted = { prefix: encodePrefix(prefix), after: after === undefined ? undefined : encodeKey(after) };
    const pageLimit = checkedListLimit(limit);
    const page = await this.#ask(false, async (part, signal) => {
      const behind = wanted.after === undefined ? undefined : `${part}${wanted.after}`;
      const request = { prefix: `${part}${wanted.prefix}`, after: behind, limit: pageLimit };
      const listed = await this.#store.driver.list(request, signal);
      return listed.map(({ key, size, modifiedAtMs }) => ({ key: ownKey(key, part), size, modifiedAtMs }));
    });
    const objects = page ?? [];
    return { objects, next: objects.length < pageLimit ? undefined : objects.at(-1)?.key };
  }

  /** Resolves to `undefined` where there is nothing in the part the view shows. */
  async #ask<Result>(
    mayPut: boolean,
    question: (prefix: string, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result | undefined> {
    const { assertUsable, signal } = this.#call;
    const { name, limits } = this.#store;
    assertUsable();
    const entered = await this.#access.enter(name, mayPut);
    if (entered === undefined) {
      return undefined;
    }
    try {
      // The call may have ended while it waited.
      assertUsable();
    } catch (error) {
      entered.leave();
      throw error;
    }
    const asked = { store: name, timeoutMs: limits.operationTimeoutMs, signal, onSettled: () => entered.leave() };
    return askDriver(asked, (operationSignal) => question(entered.prefix, operationSignal));
  }
}

function factsOf(key: string, found: Omit<ObjectFacts, "key">): ObjectFacts {
  const { size, contentType, metadata, modifiedAtMs } = found;
  return { key, size, contentType, metadata: { ...metadata }, modifiedAtMs };
}

/** The key as the view knows it. A driver that shows anything else is not believed. */
function ownKey(key: string, part: string): string {
  if (!key.startsWith(part)) {
    throw new TypeError("The driver listed a key that does not begin with the prefix it was asked for.");
  }
  return decodeKey(key.slice(part.length));
}

function quoted(key: string): string {
  return JSON.stringify(key);
}
