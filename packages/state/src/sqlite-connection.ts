import sqlite3 from "sqlite3";

/** A plain connection to an SQLite file, for what happens around the store's own connection. */
export interface SqliteConnection {
  /** Runs one statement to its end; resolves to its rows. Rejects with the driver's error. */
  query(statement: string): Promise<unknown[]>;
  close(): Promise<void>;
}

/** Opens a connection, which creates the file if need be. A locked file is waited for `busyTimeoutMs` at most. */
export function openSqliteConnection(path: string, busyTimeoutMs: number): Promise<SqliteConnection> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(path, (error) => {
      if (error !== null) {
        reject(error);
        return;
      }
      database.configure("busyTimeout", busyTimeoutMs);
      resolve({
        query: (statement) => settle((callback) => database.all(statement, callback)),
        close: () => settle((callback) => database.close((closeError) => callback(closeError, undefined))),
      });
    });
  });
}

function settle<Result>(start: (callback: (error: Error | null, result: Result) => void) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error === null ? resolve(result) : reject(error)));
  });
}
