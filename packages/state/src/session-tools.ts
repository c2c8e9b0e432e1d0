import { closeSync, existsSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { AlcoveError, StoredStateError, StoreError } from "@alcove/plugin-api";
import type { EntryAdapter, FoundEntry, FoundRecords, FoundSessionEntry } from "./entry-adapter.js";
import { sessionEntryKey, sessionEntryKeyRange, sessionKeyOf } from "./entry-keys.js";
import { type ExportedRecord, exportedText, importCommit } from "./exported-session.js";
import { syncFile, syncFolder } from "./file-durability.js";
import { endOfStoredNames, recordEntryKey, recordNameOf } from "./record-names.js";
import type { SessionCommit, SessionKey, StoredSession } from "./session-store.js";
import type {
  ListedSession,
  SessionList,
  SessionStoreTools,
  Verification,
  VerifiedEntry,
} from "./session-store-tools.js";
import { decodeRecord } from "./stored-entry.js";
import { decodeSessionAndKey } from "./stored-session.js";

const entriesPerPage = 100;
const attemptsToExport = 3;

/** What {@link SessionTools} is made of. */
export interface SessionToolsParts {
  readonly adapter: EntryAdapter;
  /** Carries out a reading access: refuses it when the store is closed, and words its failure. */
  readonly access: <Result>(read: () => Promise<Result>) => Promise<Result>;
  readonly load: (key: SessionKey) => Promise<StoredSession | undefined>;
  readonly commit: (commit: SessionCommit) => Promise<void>;
  /** Runs a task while nothing is written. */
  readonly alone: <Result>(task: () => Promise<Result>) => Promise<Result>;
}

/** Looks through a store, entry by entry, in pages, so that it can serve in between. */
export class SessionTools implements SessionStoreTools {
  readonly #parts: SessionToolsParts;

  constructor(parts: SessionToolsParts) {
    this.#parts = parts;
  }

  async list({ application, after, limit }: SessionList): Promise<ListedSession[]> {
    return (await this.#readSessions(sessionEntryKeyRange(application), after, limit)).map(listedSession);
  }

  async verify(onEntry: (entry: VerifiedEntry) => void): Promise<Verification> {
    const total = { entries: 0, damaged: 0 };
    const note = (entry: VerifiedEntry): void => {
      total.entries += 1;
      total.damaged += entry.damaged === undefined ? 0 : 1;
      onEntry(entry);
    };
    let after: string | undefined;
    do {
      const page = await this.#readSessions(sessionEntryKeyRange(), after, entriesPerPage);
      for (const found of page) {
        const { entry, bytes, damaged } = listedSession(found);
        note({ entry, kind: "session", bytes, damaged });
        if (damaged === undefined) {
          await this.#verifyRecords(entry, note);
        }
      }
      after = page.length < entriesPerPage ? undefined : page.at(-1)?.name;
    } while (after !== undefined);
    return total;
  }

  async backup(file: string): Promise<void> {
    const path = resolve(file);
    const unfinished = `${path}.new`;
    if (existsSync(path)) {
      throw new StoreError("STORE_FAILED", `There is a file ${path} already. A backup is a new file.`);
    }
    try {
      removeUnfinished(unfinished);
      closeSync(openSync(unfinished, "wx", 0o600));
    } catch (error) {
      throw backupError(path, error);
    }
    try {
      await this.#parts.access(() => this.#parts.adapter.copyTo(unfinished));
      syncFile(unfinished);
      renameSync(unfinished, path);
      syncFolder(dirname(path));
    } catch (error) {
      removeUnfinished(unfinished);
      throw AlcoveError.is(error) ? error : backupError(path, error);
    }
  }

  async exportSession(key: SessionKey): Promise<string | undefined> {
    for (let attempt = 1; attempt <= attemptsToExport; attempt += 1) {
      const session = await this.#parts.load(key);
      if (session === undefined) {
        return undefined;
      }
      const records = await this.#allRecords(key);
      if ((await this.#parts.load(key))?.revision === session.revision) {
        return exportedText(key, session, records);
      }
    }
    return this.#parts.alone(async () => {
      const session = await this.#parts.load(key);
      return session && exportedText(key, session, await this.#allRecords(key));
    });
  }

  async importSession(text: string): Promise<SessionKey> {
    const commit = importCommit(text);
    await this.#parts.commit(commit);
    return commit.key;
  }

  async #readSessions(
    range: { readonly above: string; readonly below: string },
    after: string | undefined,
    limit: number,
  ): Promise<readonly FoundSessionEntry[]> {
    const above = after !== undefined && after > range.above ? after : range.above;
    return this.#parts.access(() => this.#parts.adapter.readSessions({ ...range, above, limit }));
  }

  async #verifyRecords(sessionKey: string, note: (entry: VerifiedEntry) => void): Promise<void> {
    for await (const { name, value } of this.#records(sessionKey)) {
      const entry = recordEntryKey(sessionKey, name);
      const damaged = damageOf(() => decodeRecord(entry, value));
      note({ entry, kind: "record", bytes: bytesOf(value), damaged });
    }
  }

  async #allRecords(key: SessionKey): Promise<ExportedRecord[]> {
    const sessionKey = sessionEntryKey(key);
    const records: ExportedRecord[] = [];
    for await (const { name, value } of this.#records(sessionKey)) {
      records.push({ name: recordNameOf(name), ...decodeRecord(recordEntryKey(sessionKey, name), value) });
    }
    return records;
  }

  /** Every record of a session, expired ones too, as they are stored. */
  async *#records(sessionKey: string): AsyncGenerator<FoundEntry> {
    let from = "";
    let page: FoundRecords | undefined;
    do {
      const range = {
        sessionKey,
        from,
        to: endOfStoredNames(""),
        direction: "forward",
        limit: entriesPerPage,
      } as const;
      page = await this.#parts.access(() => this.#parts.adapter.readRecords(range));
      yield* page?.records ?? [];
      // No stored name lies between a name and the same with the least character behind it.
      from = `${page?.records.at(-1)?.name}\u0001`;
    } while (page?.records.length === entriesPerPage);
  }
}

function listedSession({ name, value, rows }: FoundSessionEntry): ListedSession {
  const bytes = Array.from(rows.values()).reduce<number>((sum, row) => sum + bytesOf(row), bytesOf(value));
  let key = sessionKeyOf(name);
  let figures: ListedSession["figures"];
  const damaged = damageOf(() => {
    if (value instanceof StoredStateError) {
      throw value;
    }
    const decoded = decodeSessionAndKey(name, { value, rows });
    const { revision, createdAtMs, lastActivityAtMs, expiresAtMs } = decoded.session;
    key ??= decoded.key;
    figures = { revision, createdAtMs, lastActivityAtMs, expiresAtMs };
  });
  return { entry: name, key, bytes, figures, damaged };
}

function damageOf(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof StoredStateError) {
      return error.message;
    }
    throw error;
  }
}

function bytesOf(value: unknown): number {
  return typeof value === "string" || Buffer.isBuffer(value) ? Buffer.byteLength(value) : 0;
}

/** Also its journal, which SQLite would otherwise take for that of the next file of this name. */
function removeUnfinished(file: string): void {
  rmSync(file, { force: true });
  rmSync(`${file}-journal`, { force: true });
}

function backupError(path: string, cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StoreError("STORE_FAILED", `The backup ${path} could not be written: ${reason}.`, { cause });
}
