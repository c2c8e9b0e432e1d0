import { setImmediate as nextTurnOfLoop } from "node:timers/promises";
import sqlite3 from "sqlite3";
import { copyErrorOf } from "./unwritable-copy.js";

/** A value bound to a statement. Bytes are copied before the call that binds them returns. */
export type SqliteParameter = string | number | Uint8Array | null;

/** A connection to an SQLite file. Its statements run in the thread pool, each whole and one after the other. */
export interface SqliteConnection {
  /** Runs one statement to its end; resolves to its rows. Rejects with the driver's error. */
  query(statement: string, parameters?: readonly SqliteParameter[]): Promise<unknown[]>;
  /**
   * Runs a statement that answers with nothing, and keeps it prepared for the next time: for a few statements that are run
   * all the time. Rejects with the driver's error.
   */
  runPrepared(statement: string, parameters: readonly SqliteParameter[]): Promise<void>;
  /**
   * Copies the database into a file, in small steps between which the connection goes on being used; what it writes
   * meanwhile is in the copy. Rejects with an UnwritableCopyError where the file cannot be written.
   */
  copyTo(file: string): Promise<void>;
  close(): Promise<void>;
}

const pagesPerStep = 256;

// The driver has this method, and its types do not.
interface DatabaseWithBackup {
  backup(file: string, callback: (error: Error | null) => void): Backup;
}

interface Backup {
  readonly completed: boolean;
  readonly failed: boolean;
  step(pages: number, callback: (error: Error | null) => void): void;
  finish(callback: (error: Error | null) => void): void;
}

/**
 * Opens a connection, which creates the file if need be (or fails, if it `mustExist`). A locked file is waited for
 * `busyTimeoutMs` at most.
 */
export function openSqliteConnection(
  path: string,
  busyTimeoutMs: number,
  { mustExist = false }: { readonly mustExist?: boolean } = {},
): Promise<SqliteConnection> {
  const mode = sqlite3.OPEN_READWRITE | sqlite3.OPEN_FULLMUTEX | (mustExist ? 0 : sqlite3.OPEN_CREATE);
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(path, mode, (error) => {
      if (error !== null) {
        reject(error);
        return;
      }
      database.configure("busyTimeout", busyTimeoutMs);
      const copies = new RunningCopies();
      const prepared = new PreparedStatements(database);
      resolve({
        query: (statement, parameters = []) => settle((callback) => database.all(statement, parameters, callback)),
        runPrepared: (statement, parameters) => prepared.run(statement, parameters),
        copyTo: (file) => copies.follow(copyDatabase(database as unknown as DatabaseWithBackup, file, copies)),
        close: async () => {
          await copies.stop();
          await prepared.finalize();
          await settle((callback) => database.close((closeError) => callback(closeError, undefined)));
        },
      });
    });
  });
}

/** The statements of one connection that stay prepared, by their texts. They hold what was bound last until the next run. */
class PreparedStatements {
  readonly #database: sqlite3.Database;
  readonly #statements = new Map<string, Promise<sqlite3.Statement>>();

  constructor(database: sqlite3.Database) {
    this.#database = database;
  }

  async run(text: string, parameters: readonly SqliteParameter[]): Promise<void> {
    let preparing = this.#statements.get(text);
    if (preparing === undefined) {
      preparing = this.#prepare(text);
      this.#statements.set(text, preparing);
    }
    const statement = await preparing;
    await settle<void>((callback) => statement.run(parameters, (error) => callback(error, undefined)));
  }

  /** SQLite closes no database that has one. */
  async finalize(): Promise<void> {
    const prepared = await Promise.allSettled(this.#statements.values());
    this.#statements.clear();
    for (const outcome of prepared) {
      if (outcome.status === "fulfilled") {
        const statement = outcome.value;
        await settle<void>((callback) => statement.finalize((error) => callback(error ?? null, undefined)));
      }
    }
  }

  async #prepare(text: string): Promise<sqlite3.Statement> {
    try {
      return await new Promise<sqlite3.Statement>((resolve, reject) => {
        const statement = this.#database.prepare(text, (error: Error | null) =>
          error === null ? resolve(statement) : reject(error),
        );
      });
    } catch (error) {
      this.#statements.delete(text);
      throw error;
    }
  }
}

/** The copies that are being made of one database: SQLite closes none that is in the middle of one. */
class RunningCopies {
  readonly #running = new Set<Promise<void>>();
  isStopped = false;

  follow(copying: Promise<void>): Promise<void> {
    const followed = copying.finally(() => this.#running.delete(followed));
    this.#running.add(followed);
    return followed;
  }

  /** Resolves when all have been given up. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.allSettled(this.#running);
  }
}

async function copyDatabase(database: DatabaseWithBackup, file: string, copies: RunningCopies): Promise<void> {
  const backup = await new Promise<Backup>((resolve, reject) => {
    const begun = database.backup(file, (error) => (error === null ? resolve(begun) : reject(copyErrorOf(error))));
  });
  try {
    while (!backup.completed) {
      if (copies.isStopped) {
        throw Object.assign(new Error("SQLITE_ABORT: the database was closed before its copy was complete"), {
          code: "SQLITE_ABORT",
        });
      }
      await settle<void>((callback) =>
        backup.step(pagesPerStep, (error) => callback(error === null ? null : copyErrorOf(error), undefined)),
      );
      if (backup.failed) {
        throw Object.assign(new Error("SQLITE_ERROR: the copy failed"), { code: "SQLITE_ERROR" });
      }
      await nextTurnOfLoop();
    }
  } finally {
    await settle<void>((callback) => backup.finish((error) => callback(error ?? null, undefined)));
  }
}

function settle<Result>(start: (callback: (error: unknown, result: Result) => void) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error === null ? resolve(result) : reject(error)));
  });
}
