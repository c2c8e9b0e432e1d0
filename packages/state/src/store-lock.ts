import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { type Clock, type JsonValue, StoreError } from "@alcove/plugin-api";
import { z } from "zod";
import { openSqliteConnection, type SqliteConnection } from "./sqlite-connection.js";
import { sqliteCodeOf } from "./sqlite-failure.js";

const busyTimeoutMs = 400;
const attemptsToReadHolder = 5;
const pauseBetweenAttemptsMs = 40;

const holderSchema = z.object({
  pid: z.int(),
  host: z.string(),
  started_at: z.string(),
  description: z.record(z.string(), z.custom<JsonValue>()),
});

type Holder = z.infer<typeof holderSchema>;

/**
 * Lets one opener through to a database file, so that no second one touches the file, or its log, even for a moment.
 *
 * The lock is SQLite's own exclusive lock on an empty database beside the file: the system releases it when the process
 * dies, whatever it dies of, and it is free of the deadlock two openers of a write-ahead log can run into. Process ids mean nothing
 * across containers, so the holder file only tells people who has the lock.
 */
export class StoreLock {
  readonly #connection: SqliteConnection;
  readonly #holderPath: string;
  #announced: Holder | undefined;

  private constructor(connection: SqliteConnection, holderPath: string) {
    this.#connection = connection;
    this.#holderPath = holderPath;
  }

  /**
   * Takes the lock, or fails within about a second.
   *
   * @param path What is locked; `.lock` and `.holder.json` are added to it.
   * @throws StoreError STORE_HELD, which names the holder; else the driver's or the file system's error.
   */
  static async acquire(path: string): Promise<StoreLock> {
    const lockPath = `${path}.lock`;
    const holderPath = `${path}.holder.json`;
    const connection = await openSqliteConnection(lockPath, busyTimeoutMs);
    try {
      // Nothing is ever written, so no journal has to lie about.
      await connection.query("PRAGMA journal_mode = MEMORY");
      await connection.query("BEGIN EXCLUSIVE");
      // Never by opening the file: closing any descriptor of it would drop the lock of the whole process.
      chmodSync(lockPath, 0o600);
      return new StoreLock(connection, holderPath);
    } catch (error) {
      await connection.close();
      throw sqliteCodeOf(error) === "SQLITE_BUSY" ? await heldError(path, holderPath, error) : error;
    }
  }

  /**
   * Says for others who has the store. Called when the database itself is held too, so that nobody who is refused there
   * has overwritten what the holder says. It informs only: a disk without room for it keeps no store from opening.
   * Called again, it adds to what was said before.
   *
   * @throws the file system's error.
   */
  announce(clock: Clock, description: Readonly<Record<string, JsonValue>>): void {
    this.#announced = {
      pid: process.pid,
      host: hostname(),
      started_at: this.#announced?.started_at ?? new Date(clock.nowMs()).toISOString(),
      description: { ...this.#announced?.description, ...description },
    };
    writeHolder(this.#holderPath, this.#announced);
  }

  /** Gives the lock back. The lock file stays, since removing it could let two openers in at once. */
  async release(): Promise<void> {
    if (this.#announced !== undefined) {
      rmSync(this.#holderPath, { force: true });
    }
    await this.#connection.close();
  }
}

function writeHolder(holderPath: string, holder: Holder): void {
  const unfinished = `${holderPath}.new`;
  rmSync(unfinished, { force: true });
  writeFileSync(unfinished, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  renameSync(unfinished, holderPath);
}

async function heldError(path: string, holderPath: string, cause: unknown): Promise<StoreError> {
  const holder = await readHolder(holderPath);
  if (holder === undefined) {
    return new StoreError(
      "STORE_HELD",
      `The session store ${path} is held by another process, which has not said who it is.`,
      {
        cause,
      },
    );
  }
  const { pid, host, started_at, description } = holder;
  const more = Object.entries(description).map(
    ([name, value]) => `, ${name} ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return new StoreError(
    "STORE_HELD",
    `The session store ${path} is held by process ${pid} on host ${host} since ${started_at}${more.join("")}.`,
    { cause, details: { pid, host, startedAt: started_at, description } },
  );
}

/** The holder writes its file a moment after it has the lock, hence the patience. */
async function readHolder(holderPath: string): Promise<Holder | undefined> {
  for (let attempt = 1; attempt <= attemptsToReadHolder; attempt += 1) {
    try {
      return holderSchema.parse(JSON.parse(readFileSync(holderPath, "utf8")));
    } catch {
      await pause(pauseBetweenAttemptsMs);
    }
  }
  return undefined;
}
