import { type CollectionDeclaration, type JsonValue, StoredStateError, z } from "@alcove/plugin-api";
import { itemRecordKind, itemRecordName } from "@alcove/state";
import type { CollectionPlan, ComponentPlan } from "../plan/application-plan.js";
import { migrateStored, readerName, type StoredVersion } from "./migrate-stored.js";
import { type Reading, StoredSchema } from "./stored-schema.js";

const recordSchema = z.object({ version: z.int(), item: z.custom<JsonValue>((item) => item !== undefined) });

/** What {@link CollectionItems} are made of. */
export interface CollectionItemsParts {
  readonly declaration: CollectionDeclaration;
  /** See `CollectionPlan`. */
  readonly key: string;
  /** What messages call it: `collection notes of notepad`. */
  readonly title: string;
  /** Who reads the items. */
  readonly reader: string;
}

/** How the items of one collection are stored and read. The same for every user. */
export class CollectionItems {
  /** The collection's name in the stored session. */
  readonly key: string;
  /** How the names of its records begin; what follows are numbers. */
  readonly recordPrefix: string;
  /** What messages call it. */
  readonly title: string;
  readonly #declaration: CollectionDeclaration;
  readonly #reader: string;
  readonly #schema: StoredSchema;

  constructor({ declaration, key, title, reader }: CollectionItemsParts) {
    this.key = key;
    this.recordPrefix = `${itemRecordKind(key)}/`;
    this.title = title;
    this.#declaration = declaration;
    this.#reader = reader;
    this.#schema = new StoredSchema(`The item for the ${title}`, declaration.item);
  }

  /** The items of a collection that is part of a plan. */
  static of(component: ComponentPlan, { name, key, declaration }: CollectionPlan): CollectionItems {
    const title = `collection ${name} of ${component.name}`;
    return new CollectionItems({ declaration, key, title, reader: readerName(component) });
  }

  /** The name of an item's record: in the order of the numbers. */
  recordName(sequence: number): string {
    return itemRecordName(this.key, sequence);
  }

  /** The text of the record of a new item. @throws STATE_INVALID when it breaks the schema, or JSON cannot hold it. */
  capture(live: unknown): string {
    const { json } = this.#schema.capture(live, `The item for the ${this.title}`);
    return `{"version":${this.#declaration.version},"item":${json}}`;
  }

  /** The text of the record of an item that a migration of the state made. @throws STATE_MIGRATION_FAILED */
  async adopt(made: StoredVersion): Promise<string> {
    const what = `item for the ${this.title}`;
    try {
      const found = await this.#read(made, what);
      if ("fault" in found) {
        throw new TypeError(`The ${what} does not fit its schema: ${found.fault}`);
      }
      return this.capture(found.data);
    } catch (cause) {
      throw new StoredStateError("STATE_MIGRATION_FAILED", (cause as Error).message, { cause });
    }
  }

  /**
   * An item as it is given out: the caller's own.
   *
   * @param record What its record holds, parsed afresh.
   * @throws STATE_UNREADABLE, STATE_VERSION_UNSUPPORTED, STATE_MIGRATION_FAILED
   */
  async restore(record: unknown, sequence: number): Promise<unknown> {
    const what = `item ${sequence} of the ${this.title}`;
    const { success, data, error } = recordSchema.safeParse(record);
    if (!success) {
      throw new StoredStateError("STATE_UNREADABLE", `The stored ${what} is none. It is kept.`, { cause: error });
    }
    const found = await this.#read({ version: data.version, value: data.item }, what);
    if ("data" in found) {
      return found.data;
    }
    const code = data.version === this.#declaration.version ? "STATE_UNREADABLE" : "STATE_MIGRATION_FAILED";
    throw new StoredStateError(code, `The stored ${what} does not fit its schema: ${found.fault}. It is kept.`, {
      cause: found.cause,
    });
  }

  async #read(stored: StoredVersion, what: string): Promise<Reading> {
    if (stored.version === this.#declaration.version) {
      return this.#schema.decode(stored.value);
    }
    const names = { what, reader: this.#reader };
    return this.#schema.decode(await migrateStored(names, this.#declaration, stored, (step, item) => step(item)));
  }
}
