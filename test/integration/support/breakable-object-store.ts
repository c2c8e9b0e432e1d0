import { setImmediate as nextTurnOfLoop } from "node:timers/promises";
import { defineObjectStore, type ObjectStoreDriver, type StoredObject } from "@alcove/plugin-api";

/** A store whose objects a test can see, and that it can break. */
export class BreakableStore {
  /** What is stored, by the keys of the driver. */
  readonly objects = new Map<string, Omit<StoredObject, "key">>();
  /** What the store does: answers, fails at once, never answers, or says of what it deletes that it has, and has not. */
  mood: "sound" | "down" | "hanging" | "forgetful" = "sound";
  /** An object it cannot delete. */
  lockedKey: string | undefined;
  /** Called when it has looked which objects there are, before it tells. */
  afterList: (() => Promise<void>) | undefined;
  /** How often it was asked for something. */
  questions = 0;
  #waiting: (() => void)[] = [];

  /** The plugin that contributes it, as the type `breakable`. */
  get plugin() {
    return { id: "breakable", objectStores: { breakable: defineObjectStore({ build: () => this.#driver() }) } };
  }

  /** The keys of all objects that are stored. */
  keys(): string[] {
    return [...this.objects.keys()].sort();
  }

  /** Carries out what was asked of it while it was hanging, and is sound again. */
  async goOn(): Promise<void> {
    this.mood = "sound";
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const answer of waiting) {
      answer();
    }
    await nextTurnOfLoop();
  }

  #driver(): ObjectStoreDriver {
    return {
      put: async (key, { ifAbsent, ...object }) => {
        await this.#answer();
        if (ifAbsent && this.objects.has(key)) {
          return false;
        }
        this.objects.set(key, { ...object, size: object.body.byteLength, modifiedAtMs: 0 });
        return true;
      },
      get: async (key) => {
        await this.#answer();
        return this.objects.get(key);
      },
      stat: async (key) => {
        await this.#answer();
        return this.objects.get(key);
      },
      delete: async (key) => {
        await this.#answer();
        if (key === this.lockedKey) {
          throw new Error("The object is locked.");
        }
        if (this.mood !== "forgetful") {
          this.objects.delete(key);
        }
      },
      list: async ({ prefix, after = "", limit }) => {
        await this.#answer();
        const keys = this.keys().filter((key) => key.startsWith(prefix) && key > after);
        await this.afterList?.();
        return keys.slice(0, limit).map((key) => ({ key, size: 0, modifiedAtMs: 0 }));
      },
    };
  }

  async #answer(): Promise<void> {
    this.questions += 1;
    if (this.mood === "hanging") {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.mood === "down") {
      throw new Error("connect ECONNREFUSED");
    }
  }
}
