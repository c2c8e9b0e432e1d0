import type { ComponentPlan } from "../plan/application-plan.js";
import type { CollectionChanges, CollectionContent } from "../sessions/collection-content.js";
import type { CollectionItems } from "../sessions/collection-items.js";
import { CollectionDraft, type CollectionDraftParts } from "./collection-draft.js";

/** A component's collections, by the names it declares them by. */
export type ComponentCollections = Readonly<Record<string, CollectionDraft>>;

/** What {@link RunCollections} are made of. */
export interface RunCollectionsParts extends Pick<CollectionDraftParts, "readStored" | "assertActive"> {
  /** The collections of a component, by the names it declares them by. */
  readonly itemsOf: (component: ComponentPlan) => ReadonlyMap<string, CollectionItems>;
  /** What was in a collection when the run began. */
  readonly contentOf: (items: CollectionItems) => CollectionContent;
}

/** The collections of one user as one run sees them. Those of a component are opened when it first asks for them. */
export class RunCollections {
  readonly #parts: RunCollectionsParts;
  readonly #opened = new Map<ComponentPlan, ComponentCollections>();
  readonly #drafts = new Map<CollectionItems, CollectionDraft>();

  constructor(parts: RunCollectionsParts) {
    this.#parts = parts;
  }

  /** The collections of one component; the same ones for the whole run. */
  of(component: ComponentPlan): ComponentCollections {
    let opened = this.#opened.get(component);
    if (opened === undefined) {
      opened = Object.freeze(
        Object.fromEntries(
          [...this.#parts.itemsOf(component)].map(([name, items]): [string, CollectionDraft] => [
            name,
            this.#draftOf(items),
          ]),
        ),
      );
      this.#opened.set(component, opened);
    }
    return opened;
  }

  /** What the run changed. */
  changes(): CollectionChanges {
    const changes = new Map<CollectionItems, CollectionContent>();
    for (const [items, draft] of this.#drafts) {
      const content = draft.changedContent();
      if (content !== undefined) {
        changes.set(items, content);
      }
    }
    return changes;
  }

  #draftOf(items: CollectionItems): CollectionDraft {
    const { contentOf, readStored, assertActive } = this.#parts;
    const draft = new CollectionDraft({ items, content: contentOf(items), readStored, assertActive });
    this.#drafts.set(items, draft);
    return draft;
  }
}
