import type { SqliteConnection, SqliteParameter } from "./sqlite-connection.js";
import { sqliteCodeOf } from "./sqlite-failure.js";

/**
 * After these a connection may be of no use any more: it is closed, its file descriptor is dead, or it was turned
 * read-only. What is to be done next is done on a new one. Closing the dead one, or opening the new one, moves the
 * write-ahead log into the database, so that nothing is ever acknowledged behind a part of the log that failed to reach the disk.
 */
const codesThatEndIt: ReadonlySet<string | undefined> = new Set(["SQLITE_MISUSE", "SQLITE_IOERR", "SQLITE_READONLY"]);

/** What {@link ReopeningConnection} needs. */
export interface ReopeningConnectionOptions {
  /** Opens a connection, and makes all its settings. */
  readonly open: () => Promise<SqliteConnection>;
  /** Makes durable what the write-ahead log holds, whatever has failed before; nothing is being written meanwhile. */
  readonly renewLog: () => Promise<void>;
}

/** One connection at a time to a database, opened again when it has died. */
export class ReopeningConnection implements SqliteConnection {
  readonly #options: ReopeningConnectionOptions;
  #current: Promise<SqliteConnection> | undefined;
  /** A dead connection that has still to be closed: with two, one would lock the other out. */
  #dead: SqliteConnection | undefined;
  readonly #runningStatements = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(options: ReopeningConnectionOptions) {
    this.#options = options;
  }

  query(statement: string, parameters?: readonly SqliteParameter[]): Promise<unknown[]> {
    return this.#carryOut((connection) => this.#follow(connection.query(statement, parameters)));
  }

  runPrepared(statement: string, parameters: readonly SqliteParameter[]): Promise<void> {
    return this.#carryOut((connection) => this.#follow(connection.runPrepared(statement, parameters)));
  }

  copyTo(file: string): Promise<void> {
    return this.#use((connection) => connection.copyTo(file));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const current = this.#current;
    if (current !== undefined) {
      await (await current).close();
    }
    await this.#buryDead();
  }

  async #carryOut<Result>(action: (connection: SqliteConnection) => Promise<Result>): Promise<Result> {
    try {
      return await this.#use(action);
    } catch (error) {
      if (sqliteCodeOf(error) !== "SQLITE_MISUSE" || this.#isClosed) {
        throw error;
      }
      // The connection was closed already, so nothing of the statement was carried out.
      return this.#use(action);
    }
  }

  async #use<Result>(action: (connection: SqliteConnection) => Promise<Result>): Promise<Result> {
    this.#current ??= this.#reopen();
    const current = this.#current;
    const connection = await current;
    try {
      return await action(connection);
    } catch (error) {
      if (this.#current === current && !this.#isClosed && codesThatEndIt.has(sqliteCodeOf(error))) {
        this.#dead = connection;
        this.#current = undefined;
      }
      throw error;
    }
  }

  async #reopen(): Promise<SqliteConnection> {
    try {
      await this.#buryDead();
      return await this.#options.open();
    } catch (error) {
      this.#current = undefined;
      throw error;
    }
  }

  #follow<Result>(statement: Promise<Result>): Promise<Result> {
    const forget = (): void => {
      this.#runningStatements.delete(statement);
    };
    this.#runningStatements.add(statement);
    statement.then(forget, forget);
    return statement;
  }

  async #buryDead(): Promise<void> {
    if (this.#dead === undefined) {
      return;
    }
    // Closing it is a checkpoint.
    await Promise.allSettled(this.#runningStatements);
    await this.#options.renewLog();
    try {
      await this.#dead.close();
    } catch (error) {
      if (sqliteCodeOf(error) !== "SQLITE_MISUSE") {
        throw error;
      }
    }
    this.#dead = undefined;
  }
}
