import type { Collection, CollectionItem, CollectionPage, CollectionPageRequest } from "@alcove/plugin-api";
import type { CollectionContent } from "../sessions/collection-content.js";
import type { CollectionItems } from "../sessions/collection-items.js";

/** What a {@link CollectionDraft} is made of. */
export interface CollectionDraftParts {
  /** How its items are stored and read. */
  readonly items: CollectionItems;
  /** What was in it when the run began. */
  readonly content: CollectionContent;
  /** What the records of `count` stored items hold, from one on. */
  readonly readStored: (items: CollectionItems, from: number, count: number) => Promise<unknown[]>;
  /** @throws CALL_ENDED when the run is over. */
  readonly assertActive: () => void;
}

const itemsPerStep = 256;

/**
 * A collection as one run sees it: what is stored, without what the run dropped, and behind it what the run appended,
 * as texts.
 */
export class CollectionDraft implements Collection<unknown> {
  readonly #parts: CollectionDraftParts;
  readonly #storedEnd: number;
  readonly #texts: string[];
  #first: number;

  constructor(parts: CollectionDraftParts) {
    this.#parts = parts;
    this.#storedEnd = parts.content.next - parts.content.unstored.length;
    this.#texts = [...parts.content.unstored];
    this.#first = parts.content.first;
  }

  get count(): number {
    this.#parts.assertActive();
    return this.#next - this.#first;
  }

  append(item: unknown): number {
    this.#parts.assertActive();
    this.#texts.push(this.#parts.items.capture(item));
    return this.#next - 1;
  }

  async get(sequence: number): Promise<unknown> {
    const isThere = Number.isSafeInteger(sequence) && sequence >= this.#first && sequence < this.#next;
    const [found] = await this.#read(sequence, isThere ? sequence + 1 : sequence);
    return found?.item;
  }

  async page({ direction, from, limit }: CollectionPageRequest): Promise<CollectionPage<unknown>> {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new TypeError(`A page has a limit of at least 1 item, and ${limit} is none.`);
    }
    if (from !== undefined && !Number.isSafeInteger(from)) {
      throw new TypeError(`A page begins at a sequence number, and ${from} is none.`);
    }
    const [first, end] = [this.#first, this.#next];
    if (direction === "forward") {
      const start = Math.max(from ?? first, first);
      const stop = Math.min(start + limit, end);
      return { items: await this.#read(start, stop), next: stop < end ? stop : undefined };
    }
    const stop = Math.min((from ?? end) + 1, end);
    const start = Math.max(stop - limit, first);
    return { items: (await this.#read(start, stop)).reverse(), next: start > first ? start - 1 : undefined };
  }

  truncate({ keepLast }: { readonly keepLast: number }): void {
    this.#parts.assertActive();
    if (!Number.isSafeInteger(keepLast) || keepLast < 0) {
      throw new TypeError(`keepLast is a number of items, and ${keepLast} is none.`);
    }
    this.#first = Math.max(this.#first, this.#next - keepLast);
  }

  clear(): void {
    this.truncate({ keepLast: 0 });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    let start = this.#first;
    const end = start + this.count;
    while (start < end) {
      const stop = Math.min(start + itemsPerStep, end);
      for (const { item } of await this.#read(start, stop)) {
        yield item;
      }
      start = Math.max(stop, this.#first);
    }
  }

  /** What the run made of the collection; `undefined` when nothing has to be stored. */
  changedContent(): CollectionContent | undefined {
    const { first, unstored } = this.#parts.content;
    const isSame = this.#first === first && this.#texts.length === 0 && unstored.length === 0;
    return isSame ? undefined : { first: this.#first, next: this.#next, unstored: this.#texts };
  }

  get #next(): number {
    return this.#storedEnd + this.#texts.length;
  }

  /** The items from a number up to, but without, another. */
  async #read(start: number, stop: number): Promise<CollectionItem<unknown>[]> {
    const { items, readStored, assertActive } = this.#parts;
    assertActive();
    const storedStop = Math.min(stop, this.#storedEnd);
    const texts = this.#texts.slice(Math.max(0, start - this.#storedEnd), Math.max(0, stop - this.#storedEnd));
    const read: CollectionItem<unknown>[] = [];
    try {
      const records = start < storedStop ? await readStored(items, start, storedStop - start) : [];
      for (const record of [...records, ...texts.map((text): unknown => JSON.parse(text))]) {
        const sequence = start + read.length;
        read.push({ sequence, item: await items.restore(record, sequence) });
      }
    } finally {
      // A run that has ended meanwhile may have dropped what was to be read.
      assertActive();
    }
    return read;
  }
}
