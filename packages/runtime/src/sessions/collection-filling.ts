import { AlcoveError, type JsonValue, type StateMigrationContext } from "@alcove/plugin-api";
import type { CollectionItems } from "./collection-items.js";
import { storedForm } from "./state-json.js";

interface AppendedItem {
  readonly items: CollectionItems;
  readonly version: number;
  readonly value: JsonValue;
}

/** Takes what the migrations of one component append to its collections. */
export class CollectionFilling implements StateMigrationContext {
  readonly #componentName: string;
  readonly #collections: ReadonlyMap<string, CollectionItems>;
  readonly #appended: AppendedItem[] = [];
  #isOver = false;

  /** @param collections The component's, by the names it declares them by. */
  constructor(componentName: string, collections: ReadonlyMap<string, CollectionItems>) {
    this.#componentName = componentName;
    this.#collections = collections;
  }

  readonly append: StateMigrationContext["append"] = (collection, { version, item }) => {
    if (this.#isOver) {
      throw new AlcoveError(
        "CALL_ENDED",
        `The migration of ${this.#componentName} has ended, and appends nothing more.`,
      );
    }
    const items = this.#collections.get(collection);
    if (items === undefined) {
      throw new TypeError(`${this.#componentName} declares no collection ${collection}.`);
    }
    const { value } = storedForm(`The item for the ${items.title}`, item, { freezesLists: false });
    this.#appended.push({ items, version, value: value as JsonValue });
  };

  /** Ends the filling. What was appended, as texts of records. @throws STATE_MIGRATION_FAILED */
  async finish(): Promise<ReadonlyMap<CollectionItems, readonly string[]>> {
    this.#isOver = true;
    const texts = new Map<CollectionItems, string[]>();
    for (const { items, version, value } of this.#appended) {
      const ofCollection = texts.get(items) ?? [];
      texts.set(items, ofCollection);
      ofCollection.push(await items.adopt({ version, value }));
    }
    return texts;
  }
}
