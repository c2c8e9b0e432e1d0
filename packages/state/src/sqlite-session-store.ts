import { mkdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import {
  AlcoveError,
  type Clock,
  DisposalStack,
  type JsonValue,
  type Logger,
  StoreError,
  silentLogger,
} from "@alcove/plugin-api";
import { KeyvSessionStore } from "./keyv-session-store.js";
import type { SessionStore } from "./session-store.js";
import type { SessionStoreTools } from "./session-store-tools.js";
import { defaultMaxSessionBytes } from "./size-limit.js";
import { SqliteAdapter } from "./sqlite-adapter.js";
import { prepareDatabaseFile } from "./sqlite-database-file.js";
import { sqliteCodeOf, sqliteFailureOf } from "./sqlite-failure.js";
import { StoreLock } from "./store-lock.js";
import { StoreTime } from "./store-time.js";

/** Options of {@link openSqliteSessionStore}. */
export interface SqliteSessionStoreOptions {
  /** The database file; it and its folder are created where they are missing, for the owner only. */
  readonly path: string;
  /** Where the store's time comes from. */
  readonly clock: Clock;
  /** Is told what cannot be told to a caller; silent when left out. */
  readonly logger?: Logger;
  /** Facts about this process for whoever finds the store held, e.g. `{ address: "http://127.0.0.1:8000" }`. */
  readonly description?: Readonly<Record<string, JsonValue>>;
  /** How long the text of a session, and of each of its records, may be; 16 MiB when left out. */
  readonly maxSessionBytes?: number;
}

/** The session store in an SQLite file, with what its keeper needs. */
export interface SqliteSessionStore extends SessionStore, SessionStoreTools {
  /**
   * Adds facts about this process for whoever finds the store held, to those it was opened with: they stand in `details`
   * of their STORE_HELD.
   *
   * @throws the file system's error.
   */
  announce(description: Readonly<Record<string, JsonValue>>): void;
}

/**
 * Opens the session store in an SQLite file. Commits are durable when they resolve (write-ahead log, `synchronous=FULL`),
 * and those that come together share one fsync. A store that was left behind by a killed process opens as any other.
 *
 * @throws StoreError STORE_HELD when a store is open on that file already, in this process or another, with who holds it;
 * STORE_OPEN_FAILED when the file cannot be used, is no database of Alcove, or was written by a later version.
 */
export async function openSqliteSessionStore(options: SqliteSessionStoreOptions): Promise<SqliteSessionStore> {
  const acquired = new DisposalStack();
  try {
    return await open(options, acquired);
  } catch (error) {
    await acquired.dispose(releaseTimeoutMs);
    throw asOpenError(resolve(options.path), error);
  }
}

const releaseTimeoutMs = 2_000;

async function open(options: SqliteSessionStoreOptions, acquired: DisposalStack): Promise<SqliteSessionStore> {
  const { clock, logger = silentLogger } = options;
  const path = realPathOf(resolve(options.path));
  const lock = await StoreLock.acquire(path);
  acquired.add(() => lock.release());
  await prepareDatabaseFile(path);
  const time = new StoreTime(clock);
  const adapter = new SqliteAdapter({ path, nowMs: () => time.nowMs() });
  acquired.add(() => adapter.disconnect());
  await adapter.configure();
  announce(lock, options, logger);
  const store = await KeyvSessionStore.open({
    adapter,
    time,
    logger,
    place: path,
    maxSessionBytes: options.maxSessionBytes ?? defaultMaxSessionBytes,
    promises: Object.freeze({ durable: true, atomicBatches: true, exclusive: true }),
    release: () => lock.release(),
  });
  return Object.assign(store, { announce: (more: typeof options.description) => lock.announce(clock, more ?? {}) });
}

function announce(lock: StoreLock, { clock, description = {}, path }: SqliteSessionStoreOptions, logger: Logger): void {
  try {
    lock.announce(clock, description);
  } catch (error) {
    logger.warn("Others who want the store cannot be told who has it", { place: path, error });
  }
}

/** One name for a file that can be reached by several, so that all openers meet at one lock. Creates the folder. */
function realPathOf(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    return realpathSync(path);
  } catch {
    return join(realpathSync(dirname(path)), basename(path));
  }
}

function asOpenError(path: string, error: unknown): unknown {
  if (error instanceof TypeError) {
    return error;
  }
  const cause = AlcoveError.is(error) && error.code === "STORE_FAILED" ? error.cause : error;
  if (AlcoveError.is(cause)) {
    return cause;
  }
  if (sqliteCodeOf(cause) === "SQLITE_BUSY") {
    return new StoreError(
      "STORE_HELD",
      `The session store ${path} is in use by a program other than Alcove, e.g. an SQLite shell. Stop it.`,
      {
        cause,
      },
    );
  }
  const reason =
    sqliteCodeOf(cause) === undefined && cause instanceof Error
      ? cause.message
      : // Whatever took the room has given it back by now, so that a look at the disk would tell nothing.
        sqliteFailureOf(cause, () => false).reason;
  return new StoreError("STORE_OPEN_FAILED", `The session store ${path} could not be opened: ${reason}.`, { cause });
}
