import {
  type Clock,
  defineObjectStore,
  type ObjectListRequest,
  type ObjectStoreDriver,
  type ObjectToStore,
  type StoredObject,
} from "@alcove/plugin-api";

type KeptObject = Omit<StoredObject, "key">;

/** Keeps objects in the memory of the process: for tests, and for trying things out. They end with it. */
class MemoryObjects implements ObjectStoreDriver {
  readonly #objects = new Map<string, KeptObject>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async put(key: string, { body, contentType, metadata, ifAbsent }: ObjectToStore): Promise<boolean> {
    if (ifAbsent && this.#objects.has(key)) {
      return false;
    }
    const kept = { contentType, metadata, size: body.byteLength, modifiedAtMs: this.#clock.nowMs() };
    this.#objects.set(key, { ...kept, body: new Uint8Array(body) });
    return true;
  }

  async get(key: string): Promise<KeptObject | undefined> {
    const found = this.#objects.get(key);
    return found && { ...found, body: new Uint8Array(found.body) };
  }

  async stat(key: string): Promise<KeptObject | undefined> {
    return this.#objects.get(key);
  }

  async delete(key: string): Promise<void> {
    this.#objects.delete(key);
  }

  async list({ prefix, after = "", limit }: ObjectListRequest) {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    return keys.slice(0, limit).flatMap((key) => {
      const object = this.#objects.get(key);
      return object === undefined ? [] : [{ key, size: object.size, modifiedAtMs: object.modifiedAtMs }];
    });
  }
}

/** The type `in_memory`. Each store of it that is configured has objects of its own. */
export const inMemoryObjectStore = defineObjectStore({ build: ({ clock }) => new MemoryObjects(clock) });
