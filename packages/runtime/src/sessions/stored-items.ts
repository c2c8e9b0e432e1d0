import { StoredStateError } from "@alcove/plugin-api";
import type { SessionKey, SessionStore, StoredRecord } from "@alcove/state";
import type { CollectionItems } from "./collection-items.js";

const recordsPerRead = 256;

/** Where stored items are read. */
export interface StoredItemsPlace {
  readonly store: SessionStore;
  readonly key: SessionKey;
}

/**
 * What the records of `count` items of a collection hold, from one on. Reads in steps, and also from a session that has
 * expired while a run of it goes on.
 *
 * @throws STATE_UNREADABLE when one is damaged or missing; STORE_FAILED, STORE_CLOSED.
 */
export async function readStoredItems(
  place: StoredItemsPlace,
  items: CollectionItems,
  from: number,
  count: number,
): Promise<unknown[]> {
  const values: unknown[] = [];
  while (values.length < count) {
    const first = from + values.length;
    const limit = Math.min(recordsPerRead, count - values.length);
    const records = await readRecords(place, items, first, limit);
    for (let index = 0; index < limit; index += 1) {
      const record = records[index];
      if (record?.name !== items.recordName(first + index)) {
        throw unreadable(items, first + index, "is missing");
      }
      values.push(record.value);
    }
  }
  return values;
}

async function readRecords(
  place: StoredItemsPlace,
  items: CollectionItems,
  first: number,
  limit: number,
): Promise<StoredRecord[]> {
  const page = { prefix: items.recordPrefix, from: items.recordName(first), direction: "forward", limit } as const;
  try {
    return await place.store.pageRecords(place.key, { ...page, evenIfSessionExpired: true });
  } catch (error) {
    if (!(error instanceof StoredStateError)) {
      throw error;
    }
    if (limit === 1) {
      throw unreadable(items, first, "is damaged", error);
    }
    // Which of them it is, is found by reading them one by one.
    for (let index = 0; index < limit; index += 1) {
      await readRecords(place, items, first + index, 1);
    }
    throw error;
  }
}

function unreadable(items: CollectionItems, sequence: number, fault: string, cause?: unknown): StoredStateError {
  const message = `The stored item ${sequence} of the ${items.title} ${fault}.`;
  return new StoredStateError("STATE_UNREADABLE", message, { cause });
}
