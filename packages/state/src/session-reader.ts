import type { Keyv } from "keyv";
import { z } from "zod";
import { changedStretches } from "./changed-stretches.js";
import type { EntryAdapter, FoundEntry, RecordRange } from "./entry-adapter.js";
import { sessionEntryKey } from "./entry-keys.js";
import { endOfStoredNames, recordEntryKey, recordNameOf, storedRecordName } from "./record-names.js";
import type {
  FoundSignposts,
  RecordChange,
  RecordPage,
  SessionKey,
  SignpostPage,
  StoredRecord,
  StoredSession,
} from "./session-store.js";
import { damageItself, decodeRecord } from "./stored-entry.js";
import { decodeSession } from "./stored-session.js";

/** What a {@link SessionReader} is made of. */
export interface SessionReaderParts {
  readonly adapter: EntryAdapter;
  readonly keyv: Keyv<string>;
  readonly nowMs: () => number;
  /** Carries out a reading access: refuses it when the store is closed, and words its failure. */
  readonly access: <Result>(read: () => Promise<Result>) => Promise<Result>;
  /** Makes sure that what expired at a time stays expired, before anybody is told that it is gone. */
  readonly noteGone: (expiredAtMs: number) => Promise<void>;
}

/** Reads sessions and their records, checks what it finds, and keeps nothing of it. */
export class SessionReader {
  readonly #parts: SessionReaderParts;

  constructor(parts: SessionReaderParts) {
    this.#parts = parts;
  }

  /** As `SessionStore.load`. */
  async load(key: SessionKey): Promise<StoredSession | undefined> {
    const entryKey = sessionEntryKey(key);
    const found = await this.#parts.access(() => this.#parts.adapter.getSession(entryKey));
    if (found === undefined) {
      return undefined;
    }
    const session = decodeSession(entryKey, found);
    return (await this.#isGone(session.expiresAtMs)) ? undefined : session;
  }

  /** As `SessionStore.readRecord`. */
  async readRecord(key: SessionKey, name: string): Promise<unknown> {
    const storedName = storedRecordName(name);
    const range = { from: storedName, to: storedName, direction: "forward", limit: 1 } as const;
    const [found] = await this.#readRange(key, range);
    const record = found && decoded(key, found);
    if (record === undefined || (record.expiresAtMs !== undefined && (await this.#isGone(record.expiresAtMs)))) {
      return undefined;
    }
    return record.value;
  }

  /** As `SessionStore.pageRecords`. */
  async pageRecords(key: SessionKey, page: RecordPage): Promise<StoredRecord[]> {
    const found = await this.#readPage(key, page);
    return found.map((entry) => ({ name: recordNameOf(entry.name), value: decoded(key, entry).value }));
  }

  /** As `SessionStore.pageRecordNames`. */
  async pageRecordNames(key: SessionKey, page: RecordPage): Promise<string[]> {
    return (await this.#readPage(key, page)).map(({ name }) => recordNameOf(name));
  }

  #readPage(key: SessionKey, page: RecordPage): Promise<readonly FoundEntry[]> {
    const { prefix, from, direction, limit, evenIfSessionExpired = false } = page;
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new TypeError(`A page has a limit of at least 1 record, and ${limit} is none.`);
    }
    const first = storedRecordName(prefix);
    const last = endOfStoredNames(first);
    const start = from === undefined ? undefined : storedRecordName(from);
    const isForward = direction === "forward";
    const range = {
      from: isForward && start !== undefined && start > first ? start : first,
      to: !isForward && start !== undefined && start < last ? start : last,
      direction,
      limit,
      expiredAtMs: this.#parts.nowMs(),
    };
    return this.#readRange(key, range, evenIfSessionExpired);
  }

  /** As `SessionStore.measure`. */
  measure(key: SessionKey, of?: readonly RecordChange[]): Promise<number> {
    const stretches = of && changedStretches(of);
    const measured = { sessionKey: sessionEntryKey(key), stretches, expiredAtMs: this.#parts.nowMs() };
    return this.#parts.access(() => this.#parts.adapter.measure(measured));
  }

  /** As `SessionStore.pageSignposts`. */
  async pageSignposts({ application, from, limit }: SignpostPage): Promise<FoundSignposts> {
    const found = await this.#parts.access(() => this.#parts.adapter.readSignposts({ behind: from, limit }));
    const signposts: FoundSignposts["signposts"][number][] = [];
    for (const { name: storedName, value } of found) {
      const key = namedSession(value);
      const name = recordNameOf(storedName);
      if (key?.application === application && (await this.#isReadable(key, name))) {
        signposts.push({ key, name });
      }
    }
    return { signposts, next: found.length === limit ? found.at(-1)?.place : undefined };
  }

  /** What a signpost says about its session is true only if it is found there, too. */
  async #isReadable(key: SessionKey, name: string): Promise<boolean> {
    try {
      return (await this.readRecord(key, name)) !== undefined;
    } catch (error) {
      damageItself(error);
      return false;
    }
  }

  /** The text of an entry, or whatever else is there. Raw, because Keyv would take a row without text for no row. */
  readText(entryKey: string): Promise<unknown> {
    return this.#parts.access(async () => {
      const found: unknown = await this.#parts.keyv.get(entryKey, { raw: true });
      return isTextHolder(found) ? found.value : found;
    });
  }

  async #readRange(
    key: SessionKey,
    range: Omit<RecordRange, "sessionKey">,
    evenIfSessionExpired = false,
  ): Promise<readonly FoundEntry[]> {
    const sessionKey = sessionEntryKey(key);
    const found = await this.#parts.access(() => this.#parts.adapter.readRecords({ ...range, sessionKey }));
    if (found === undefined || (!evenIfSessionExpired && (await this.#isGone(found.sessionExpiresAtMs)))) {
      return [];
    }
    return found.records;
  }

  async #isGone(expiresAtMs: number): Promise<boolean> {
    if (expiresAtMs > this.#parts.nowMs()) {
      return false;
    }
    await this.#parts.noteGone(expiresAtMs);
    return true;
  }
}

function decoded(key: SessionKey, { name, value }: FoundEntry): ReturnType<typeof decodeRecord> {
  return decodeRecord(recordEntryKey(sessionEntryKey(key), name), value);
}

const signpostSchema = z.object({ body: z.object({ application: z.string(), user_id: z.string() }) });

function namedSession(text: unknown): SessionKey | undefined {
  try {
    const { body } = signpostSchema.parse(JSON.parse(String(text)));
    return { application: body.application, userId: body.user_id };
  } catch {
    return undefined;
  }
}

function isTextHolder(found: unknown): found is { value: string } {
  return typeof found === "object" && found !== null && "value" in found && typeof found.value === "string";
}
