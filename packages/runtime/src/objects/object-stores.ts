import type { Logger, ObjectStore, Scope } from "@alcove/plugin-api";
import type { SessionStore } from "@alcove/state";
import type { ObjectAccess } from "./object-access.js";
import { encodeSegment } from "./object-keys.js";
import { type LookIntoMemory, ObjectLedger, type ObjectOwner } from "./object-ledger.js";
import { ObjectRemoval } from "./object-removal.js";
import { ObjectView, type OpenObjectStore, type ViewedCall } from "./object-view.js";

/** Options of {@link ObjectStores}. */
export interface ObjectStoresOptions {
  /** The stores of the configuration, by name. */
  readonly stores: ReadonlyMap<string, OpenObjectStore>;
  readonly application: string;
  /** Where it is noted which sessions have objects. */
  readonly store: SessionStore;
  /** How long a session lives after its last activity. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** Who looks at a store. */
export interface ObjectViewer {
  /** The scope of the component that makes the call. */
  readonly scope: Scope;
  /** The session the run takes place in; `undefined` where it is of a shared entry. */
  readonly owner: ObjectOwner | undefined;
}

/** The object stores of an application, and what is kept of whose objects are in them. */
export class ObjectStores {
  readonly #stores: ReadonlyMap<string, OpenObjectStore>;
  readonly #prefix: string;
  readonly #sharedAccess: ObjectAccess;
  readonly #ledger: ObjectLedger;
  readonly #removal: ObjectRemoval;

  constructor({ stores, application, store, timeoutMs, logger }: ObjectStoresOptions) {
    const prefix = `${encodeSegment(application)}/`;
    this.#stores = stores;
    this.#prefix = prefix;
    this.#sharedAccess = { enter: async () => ({ prefix: `${prefix}shared/`, leave: () => undefined }) };
    this.#ledger = new ObjectLedger({ store, application, timeoutMs, logger });
    this.#removal = new ObjectRemoval({ ledger: this.#ledger, stores, prefix, logger });
  }

  /** What one call sees of a store: in a per-user component the user's objects, in a shared one those of all shared ones. */
  view(storeName: string, { scope, owner }: ObjectViewer, call: ViewedCall): ObjectStore {
    const store = this.#stores.get(storeName);
    if (store === undefined) {
      throw new TypeError(`The object store ${storeName} was planned and never opened.`);
    }
    if (scope === "shared") {
      return new ObjectView(store, this.#sharedAccess, call);
    }
    if (owner === undefined) {
      throw new TypeError("A run of a shared workflow has no objects of a user.");
    }
    return new ObjectView(store, this.#accessOf(owner), call);
  }

  /** Ends and removes the objects of a session that was removed or replaced. Never rejects, and waits for a while at most. */
  async endOf(userId: string): Promise<void> {
    await this.#removal.removeOf(userId);
  }

  /**
   * Removes the objects of sessions that are over. Never rejects, and waits for a while at most.
   *
   * @param lookIntoMemory Finds the sessions that are in memory.
   */
  async sweep(lookIntoMemory: LookIntoMemory): Promise<void> {
    await this.#removal.sweep(lookIntoMemory);
  }

  /** Stops removing objects, and waits until nothing is asked of any store any more. */
  stop(): Promise<void> {
    return this.#removal.stop();
  }

  #accessOf(owner: ObjectOwner): ObjectAccess {
    return {
      enter: async (store, mayPut) => {
        const entered = await this.#ledger.enter(owner, store, mayPut);
        return entered && { prefix: `${this.#prefix}${entered.prefix}`, leave: entered.leave };
      },
    };
  }
}
