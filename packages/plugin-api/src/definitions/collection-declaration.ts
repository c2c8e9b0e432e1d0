import type { z } from "zod";
import type { Collection } from "../collection.js";
import type { JsonValue } from "../json.js";
import { stateSchemaNature } from "./state-schema.js";
import { assertVersion } from "./version.js";

/**
 * One step from a version of a collection's items to the next. It gets the stored JSON of one item, which is its own to
 * change, and returns the JSON of the next version. It is called whenever an older item is read, so it has to be pure.
 */
export type CollectionItemMigration = (item: JsonValue) => JsonValue | Promise<JsonValue>;

/** A collection of a component: what its items look like, and which version of them this is. */
export interface CollectionDeclaration<ItemSchema extends z.ZodType = z.ZodType> {
  /** What an item looks like: any JSON value, or codecs whose stored side is JSON. The rules of state schemas hold. */
  readonly item: ItemSchema;
  /** Counts up by one whenever the shape of the items changes. Every item is stored with the version it was appended in. */
  readonly version: number;
  /**
   * The steps that bring items of older versions up to `version`, by the version each leads to, without holes. They are
   * taken when an item is read; what is stored stays as it is.
   */
  readonly migrations?: Readonly<Record<number, CollectionItemMigration>>;
}

/** The collections of a component, by name: up to 100 letters, digits, `_` and `-`. */
export type CollectionDeclarations = Readonly<Record<string, CollectionDeclaration>>;

/** The schemas of the items of a component's collections, by the collections' names. */
export type CollectionItemSchemas = Readonly<Record<string, z.ZodType>>;

/** The schemas of a component without collections. */
export type NoCollections = Record<never, never>;

/** The declarations of collections with these items. */
export type CollectionDeclarationsOf<Items extends CollectionItemSchemas> = {
  readonly [Name in keyof Items]: CollectionDeclaration<Items[Name]>;
};

/** The collections with these items, as a call is given them. */
export type CollectionsOf<Items extends CollectionItemSchemas> = {
  readonly [Name in keyof Items]: Collection<z.output<Items[Name]>>;
};

const collectionName = /^[A-Za-z0-9_-]{1,100}$/;

/**
 * Declarations of collections, looked over when the definition is made.
 *
 * @throws TypeError when a name has other characters than letters, digits, `_` and `-`, a version is no positive integer, a
 * migration is missing or out of range, or the stored side of a schema is something JSON cannot hold.
 */
export function checkedCollections(collections: CollectionDeclarations = {}): CollectionDeclarations {
  for (const [name, { item, version, migrations = {} }] of Object.entries(collections)) {
    if (!collectionName.test(name)) {
      throw new TypeError(`"${name}" cannot name a collection: use up to 100 letters, digits, "_" and "-".`);
    }
    assertVersion(`The collection ${name}`, version, migrations);
    const { fault } = stateSchemaNature(item);
    if (fault !== undefined) {
      throw new TypeError(`The items of the collection ${name} cannot be stored: ${fault}`);
    }
  }
  return Object.freeze({ ...collections });
}
