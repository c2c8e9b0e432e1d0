import { AlcoveError, type JsonValue, StoredStateError, StoreError } from "@alcove/plugin-api";
import type { EntryAdapter } from "./entry-adapter.js";
import { sessionEntryKey, sessionEntryKeyRange } from "./entry-keys.js";
import { EntryWalk } from "./entry-walk.js";
import { type ExportedRecord, exportedText, importCommit } from "./exported-session.js";
import { itemRecordKind } from "./item-records.js";
import { bytesOf, damageOf, listedSession, listedWithLists } from "./listed-session.js";
import { findIncompleteLists, type IncompleteList, ItemCounter } from "./missing-items.js";
import { recordEntryKey, recordNameOf, storedRecordName } from "./record-names.js";
import type { SessionCommit, SessionKey, SessionStore, StoredSession } from "./session-store.js";
import type {
  ImportOptions,
  ListedSession,
  SessionDescription,
  SessionList,
  SessionStoreTools,
  Verification,
  VerifiedEntry,
} from "./session-store-tools.js";
import { writeBackup } from "./store-backup.js";
import { damageItself, decodeRecord } from "./stored-entry.js";
import { decodeSession } from "./stored-session.js";
import { unwritableItself } from "./unwritable-copy.js";

const attemptsToExport = 3;
/** Greater than the name of every record. */
const endOfRecordNames = "\uffff".repeat(200);

/** What {@link SessionTools} is made of. */
export interface SessionToolsParts {
  readonly adapter: EntryAdapter;
  /** Carries out a reading access: refuses it when the store is closed, and words its failure. */
  readonly access: <Result>(read: () => Promise<Result>) => Promise<Result>;
  /** The store itself. */
  readonly store: Pick<SessionStore, "load" | "commit" | "nowMs">;
  /** Stores the beginning of a session in the place of whatever is there, all or nothing. */
  readonly replaceDamaged: (commit: SessionCommit) => Promise<void>;
  /** Runs a task while nothing is written. */
  readonly alone: <Result>(task: () => Promise<Result>) => Promise<Result>;
}

/** Looks through a store, entry by entry, in pages, so that it can serve in between. */
export class SessionTools implements Omit<SessionStoreTools, "removeEntry"> {
  readonly #parts: SessionToolsParts;
  readonly #walk: EntryWalk;

  constructor(parts: SessionToolsParts) {
    this.#parts = parts;
    this.#walk = new EntryWalk(parts);
  }

  async list({ application, after, limit }: SessionList): Promise<ListedSession[]> {
    const range = sessionEntryKeyRange(application);
    const above = after !== undefined && after > range.above ? after : range.above;
    const listed: ListedSession[] = [];
    for await (const found of this.#walk.sessions({ ...range, above })) {
      listed.push(listedSession(found, this.#parts.store.nowMs()));
      if (listed.length === limit) {
        break;
      }
    }
    return listed;
  }

  async verify(onEntry: (entry: VerifiedEntry) => void): Promise<Verification> {
    const total = { entries: 0, damaged: 0 };
    const note = (entry: VerifiedEntry): void => {
      total.entries += 1;
      total.damaged += entry.damaged === undefined ? 0 : 1;
      onEntry(entry);
    };
    for await (const found of this.#walk.sessions(sessionEntryKeyRange())) {
      const { listed, lists } = listedWithLists(found, 0);
      const { entry, key, bytes, damaged } = listed;
      note({ entry, kind: found.isRest ? "pages" : "session", bytes, damaged });
      if (damaged === undefined) {
        const items = new ItemCounter(lists);
        await this.#verifyRecords(entry, items, note);
        const incomplete = key === undefined ? [] : await this.#incompleteLists(key, items);
        incomplete.forEach((list) => {
          note(missingItems(entry, list));
        });
      }
    }
    return total;
  }

  backup(file: string, options: { readonly overwrite?: boolean } = {}): Promise<void> {
    return writeBackup(file, options, (path) => this.#copyTo(path));
  }

  /** What keeps the copy from being written is no failed access to the store. */
  async #copyTo(path: string): Promise<void> {
    const { access, adapter } = this.#parts;
    const unwritable = await access(() => adapter.copyTo(path).then(() => undefined, unwritableItself));
    if (unwritable !== undefined) {
      throw unwritable;
    }
  }

  async describeSession(key: SessionKey): Promise<SessionDescription | undefined> {
    const name = sessionEntryKey(key);
    const found = await this.#parts.access(() => this.#parts.adapter.getSession(name)).catch(damageItself);
    if (found === undefined) {
      return undefined;
    }
    const { value, rows } = found instanceof StoredStateError ? { value: found, rows: new Map() } : found;
    const loaded = await this.#parts.store.load(key).catch(damageItself);
    const listed = listedSession({ name, value, rows, isRest: false }, this.#parts.store.nowMs());
    const isReadable = loaded !== undefined && !(loaded instanceof StoredStateError);
    return {
      ...listed,
      key,
      components: isReadable ? Array.from(loaded.components, describedComponent) : [],
      records:
        listed.damaged === undefined ? await this.#countRecords(key, isReadable ? loaded.collections : new Map()) : [],
    };
  }

  async exportSession(key: SessionKey): Promise<string | undefined> {
    for (let attempt = 1; attempt <= attemptsToExport; attempt += 1) {
      const session = await this.#parts.store.load(key);
      if (session === undefined) {
        return undefined;
      }
      const records = await this.#allRecords(key);
      if ((await this.#parts.store.load(key))?.revision === session.revision) {
        return exportedText(key, session, records);
      }
    }
    const text = await this.#parts.alone(async () => {
      const entryKey = sessionEntryKey(key);
      const found = await this.#parts.access(() => this.#parts.adapter.getSession(entryKey));
      return found && exportedText(key, decodeSession(entryKey, found), await this.#allRecords(key));
    });
    // Only now, because it writes when the session has just expired, and would wait for its turn behind itself.
    return (await this.#parts.store.load(key)) && text;
  }

  async importSession(text: string, { application, replace = false }: ImportOptions): Promise<SessionKey> {
    const commit = importCommit(text, application);
    const { key, expiresAtMs } = commit;
    const { store } = this.#parts;
    if (expiresAtMs <= store.nowMs()) {
      throw new StoreError("SESSION_EXPIRED", `The session ended at ${new Date(expiresAtMs).toISOString()}.`);
    }
    const present = await store.load(key).catch(damageItself);
    if (present !== undefined && !replace) {
      throw existsError(key);
    }
    if (present instanceof StoredStateError) {
      await this.#parts.replaceDamaged(commit);
    } else {
      await this.#commitImport(present === undefined ? commit : inPlaceOf(present, commit));
    }
    return key;
  }

  async #commitImport(commit: SessionCommit): Promise<void> {
    try {
      await this.#parts.store.commit(commit);
    } catch (error) {
      throw AlcoveError.is(error) && error.code === "STORE_CONFLICT" ? existsError(commit.key, error) : error;
    }
  }

  async #verifyRecords(sessionKey: string, items: ItemCounter, note: (entry: VerifiedEntry) => void): Promise<void> {
    for await (const { name, value, isRest } of this.#walk.records(sessionKey)) {
      items.add(recordNameOf(name));
      const entry = isRest ? name : recordEntryKey(sessionKey, name);
      const damaged = damageOf(() => decodeRecord(entry, value));
      note({ entry, kind: isRest ? "pages" : "record", bytes: bytesOf(value), damaged });
    }
  }

  /** Which lists of a session are short of items, once its records have come by. */
  async #incompleteLists(key: SessionKey, items: ItemCounter): Promise<IncompleteList[]> {
    return items.incomplete().length === 0
      ? []
      : findIncompleteLists({ store: this.#parts.store, walk: this.#walk }, key);
  }

  async #countRecords(key: SessionKey, lists: StoredSession["collections"]): Promise<SessionDescription["records"]> {
    const sessionKey = sessionEntryKey(key);
    const items = new ItemCounter(lists);
    const kinds = new Map<string, { count: number; bytes: number; damaged: number }>();
    const add = (kind: string, count: number, bytes: number, damaged: number): void => {
      const total = kinds.get(kind) ?? { count: 0, bytes: 0, damaged: 0 };
      kinds.set(kind, { count: total.count + count, bytes: total.bytes + bytes, damaged: total.damaged + damaged });
    };
    await this.#verifyRecords(sessionKey, items, ({ entry, kind: entryKind, bytes, damaged }) => {
      const name = entryKind === "pages" ? "" : recordNameOf(entry.slice(sessionKey.length + 1));
      add(name.slice(0, Math.max(0, name.lastIndexOf("/"))), 1, bytes, damaged === undefined ? 0 : 1);
    });
    for (const { list, missing } of await this.#incompleteLists(key, items)) {
      add(itemRecordKind(list), 0, 0, missing);
    }
    return Array.from(kinds, ([kind, total]) => ({ kind, ...total }));
  }

  async #allRecords(key: SessionKey): Promise<ExportedRecord[]> {
    const sessionKey = sessionEntryKey(key);
    const records: ExportedRecord[] = [];
    for await (const { name, value } of this.#walk.records(sessionKey)) {
      records.push({ name: recordNameOf(name), ...decodeRecord(recordEntryKey(sessionKey, name), value) });
    }
    return records;
  }
}

function describedComponent([name, { version, state }]: readonly [
  string,
  { readonly version: number; readonly state: JsonValue },
]): SessionDescription["components"][number] {
  return { name, version, bytes: Buffer.byteLength(JSON.stringify(state)), value: state };
}

function missingItems(sessionKey: string, { list, missing }: IncompleteList): VerifiedEntry {
  const entry = recordEntryKey(sessionKey, storedRecordName(itemRecordKind(list)));
  const items = missing === 1 ? "1 item is" : `${missing} items are`;
  return { entry, kind: "record", bytes: 0, damaged: `Of ${entry} ${items} missing. What is there is kept.` };
}

/** The commit that makes an imported session of one that is there: nothing of that is left. */
function inPlaceOf({ revision }: StoredSession, commit: SessionCommit): SessionCommit {
  const everything = { kind: "remove-range", from: "", to: endOfRecordNames } as const;
  return { ...commit, expectedRevision: revision, records: [everything, ...(commit.records ?? [])] };
}

function existsError({ userId }: SessionKey, cause?: unknown): StoreError {
  return new StoreError("SESSION_EXISTS", `The user ${userId} has a session already.`, { cause });
}
