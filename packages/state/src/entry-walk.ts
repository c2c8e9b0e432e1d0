import { StoredStateError } from "@alcove/plugin-api";
import type { EntryAdapter, FoundEntry, FoundSessionEntry } from "./entry-adapter.js";
import { endOfStoredNames } from "./record-names.js";

const entriesPerPage = 100;

/** An entry that was found on a walk. */
export interface WalkedEntry extends FoundEntry {
  /** Whether it stands for everything from there on, because the file is damaged so badly that no entry can be found in it. */
  readonly isRest: boolean;
}

/** A session that was found on a walk, with its component rows. */
export type WalkedSession = WalkedEntry & FoundSessionEntry;

/** What an {@link EntryWalk} is made of. */
export interface EntryWalkParts {
  readonly adapter: EntryAdapter;
  /** Carries out a reading access: refuses it when the store is closed, and words its failure. */
  readonly access: <Result>(read: () => Promise<Result>) => Promise<Result>;
}

/** Goes through a store's entries in the order of their names, page by page, so that the store can serve in between. */
export class EntryWalk {
  readonly #parts: EntryWalkParts;

  constructor(parts: EntryWalkParts) {
    this.#parts = parts;
  }

  /** Sessions whose entries' keys are greater and less than the two given. */
  sessions({ above, below }: { readonly above: string; readonly below: string }): AsyncGenerator<WalkedSession> {
    const { adapter, access } = this.#parts;
    const readPage = (after = above, limit: number) =>
      access(() => adapter.readSessions({ above: after, below, limit }));
    return walk(above, readPage, (name, value) => ({ name, value, rows: new Map() }));
  }

  /** Every record of a session by its stored name, expired ones too. */
  records(sessionKey: string): AsyncGenerator<WalkedEntry> {
    const { adapter, access } = this.#parts;
    const readPage = async (after: string | undefined, limit: number) => {
      // No stored name lies between a name and the same with the least character behind it.
      const from = after === undefined ? "" : `${after}\u0001`;
      const range = { sessionKey, from, to: endOfStoredNames(""), direction: "forward", limit } as const;
      return (await access(() => adapter.readRecords(range)))?.records ?? [];
    };
    return walk<FoundEntry>(sessionKey, readPage, (name, value) => ({ name, value }));
  }
}

async function* walk<Entry extends FoundEntry>(
  start: string,
  readPage: (after: string | undefined, limit: number) => Promise<readonly Entry[]>,
  damaged: (name: string, damage: StoredStateError) => Entry,
): AsyncGenerator<Entry & WalkedEntry> {
  let limit = entriesPerPage;
  let last: string | undefined;
  for (;;) {
    let page: readonly Entry[];
    try {
      page = await readPage(last, limit);
    } catch (error) {
      if (!(error instanceof StoredStateError)) {
        throw error;
      }
      if (limit === 1) {
        yield { ...damaged(`after ${last ?? start}`, error), isRest: true };
        return;
      }
      // Entry by entry it comes as near to the damage as can be.
      limit = 1;
      continue;
    }
    for (const entry of page) {
      yield { ...entry, isRest: false };
    }
    last = page.at(-1)?.name;
    if (page.length < limit) {
      return;
    }
  }
}
