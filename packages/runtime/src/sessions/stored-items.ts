import { StoredStateError } from "@alcove/plugin-api";
import type { SessionKey, SessionStore } from "@alcove/state";
import type { CollectionItems } from "./collection-items.js";

const recordsPerRead = 256;

/**
 * What the records of `count` items of a collection hold, from one on. Reads in steps, and also from a session that has
 * expired while a run of it goes on.
 *
 * @throws STATE_UNREADABLE when one is damaged or missing; STORE_FAILED, STORE_CLOSED.
 */
export async function readStoredItems(
  store: SessionStore,
  key: SessionKey,
  items: CollectionItems,
  from: number,
  count: number,
): Promise<unknown[]> {
  const values: unknown[] = [];
  while (values.length < count) {
    const first = from + values.length;
    const page = {
      prefix: items.recordPrefix,
      from: items.recordName(first),
      direction: "forward",
      limit: Math.min(recordsPerRead, count - values.length),
      evenIfSessionExpired: true,
    } as const;
    const records = await store.pageRecords(key, page).catch((error: unknown) => {
      throw error instanceof StoredStateError ? damaged(items, first, page.limit, error) : error;
    });
    for (let index = 0; index < page.limit; index += 1) {
      const record = records[index];
      if (record?.name !== items.recordName(first + index)) {
        const what = `The stored item ${first + index} of the ${items.title}`;
        throw new StoredStateError("STATE_UNREADABLE", `${what} is missing.`);
      }
      values.push(record.value);
    }
  }
  return values;
}

function damaged(items: CollectionItems, first: number, count: number, cause: StoredStateError): StoredStateError {
  const which = count === 1 ? `item ${first}` : `items from ${first} to ${first + count - 1}`;
  return new StoredStateError("STATE_UNREADABLE", `The stored ${which} of the ${items.title}: ${cause.message}`, {
    cause,
  });
}
