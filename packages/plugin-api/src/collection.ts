/** An item of a collection, and its number. */
export interface CollectionItem<Item> {
  /**
   * Its sequence number. The first item a session ever appends has 1, the next one 2, and so on; a number is never given
   * twice in the life of a session, also not after `truncate` and `clear`.
   */
  readonly sequence: number;
  /** The item; the caller's own copy. */
  readonly item: Item;
}

/** Which items {@link Collection.page} reads. */
export interface CollectionPageRequest {
  /** `forward`: the older ones first; `backward`: the newer ones first. */
  readonly direction: "forward" | "backward";
  /**
   * The sequence number to begin at, most often the `next` of the page before; from the oldest or the newest item on when
   * left out. Where that item has been dropped meanwhile, the page begins at the nearest one in its direction.
   */
  readonly from?: number | undefined;
  /** At most so many; at least 1. */
  readonly limit: number;
}

/** A part of a collection. */
export interface CollectionPage<Item> {
  /** In the direction that was asked for, without gaps. */
  readonly items: readonly CollectionItem<Item>[];
  /** Where the next page begins; `undefined` when there is nothing more in this direction. */
  readonly next: number | undefined;
}

/**
 * A list of one user's that may grow long. Each item is stored on its own, so that appending costs what the item costs, however
 * many there are. What a run appends and drops is seen by its own reads at once, is stored together with everything else
 * the run changed, and is discarded when the run fails. Once the run has ended, every use raises `CALL_ENDED`.
 *
 * Iterating goes through the items from the oldest on, as many as there were when it began.
 */
export interface Collection<Item> extends AsyncIterable<Item> {
  /** How many items there are. */
  readonly count: number;

  /**
   * Adds an item behind the newest one. A copy is stored; changing the item afterwards changes nothing.
   *
   * @returns the item's sequence number.
   * @throws STATE_INVALID when the item breaks the collection's schema, or JSON cannot hold it; nothing is appended.
   */
  append(item: Item): number;

  /**
   * Reads one item; `undefined` when it has been dropped, or there has never been one.
   *
   * @throws as {@link Collection.page}.
   */
  get(sequence: number): Promise<Item | undefined>;

  /**
   * Reads some items, as they were at the call.
   *
   * @throws TypeError for a limit below 1; STATE_UNREADABLE when an item is damaged or missing, STATE_VERSION_UNSUPPORTED when
   * a newer version of the plugin stored it, STATE_MIGRATION_FAILED; STORE_FAILED.
   */
  page(request: CollectionPageRequest): Promise<CollectionPage<Item>>;

  /** Drops the oldest items, all but the `keepLast` newest. */
  truncate(options: { readonly keepLast: number }): void;

  /** Drops all items. */
  clear(): void;
}
