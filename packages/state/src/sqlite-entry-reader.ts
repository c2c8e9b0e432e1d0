import { StoredStateError } from "@alcove/plugin-api";
import { z } from "zod";
import type { FoundRecords, FoundSessionEntry, RecordRange, SessionRange } from "./entry-adapter.js";
import type { SqliteConnection } from "./sqlite-connection.js";
import { sqliteCodeOf } from "./sqlite-failure.js";
import * as statements from "./sqlite-statements.js";
import { longestHead, readEntryHead, unreadable } from "./stored-entry.js";
import type { FoundSession } from "./stored-session.js";

const columnsSchema = z.object({ expires_at: z.unknown(), revision: z.unknown() });
// A session's own row, and behind it those of its components, which have a name.
const sessionRowsSchema = z.array(
  columnsSchema.extend({ key: z.string(), name: z.string().nullable(), value: z.unknown() }),
);
const recordRowsSchema = z.array(
  columnsSchema.extend({ head: z.unknown(), name: z.string().nullable(), value: z.unknown() }),
);
const keyRowsSchema = z.array(z.object({ key: z.string() }));
const entryRowsSchema = z.array(columnsSchema.extend({ value: z.unknown() }));

/** Reads entries from SQLite, and checks that the columns beside each say the same as its text. */
export class SqliteEntryReader {
  readonly #connection: Pick<SqliteConnection, "query">;

  constructor(connection: Pick<SqliteConnection, "query">) {
    this.#connection = connection;
  }

  /** As `EntryAdapter.get`. */
  async get(key: string): Promise<unknown> {
    const [row] = entryRowsSchema.parse(await this.#connection.query(statements.entryByKey, [key]));
    if (row === undefined) {
      return undefined;
    }
    assertAgreement(key, row.value, row);
    return row.value;
  }

  /** As `EntryAdapter.getSession`. */
  async getSession(key: string): Promise<FoundSession | undefined> {
    const [found] = sessionsIn(await this.#connection.query(statements.sessionByKey, [key]));
    if (found?.value instanceof StoredStateError) {
      throw found.value;
    }
    return found;
  }

  /** As `EntryAdapter.readSessions`. */
  async readSessions({ above, below, limit }: SessionRange): Promise<FoundSessionEntry[]> {
    try {
      return sessionsIn(await this.#connection.query(statements.sessionPage, [above, below, limit]));
    } catch (error) {
      if (sqliteCodeOf(error) !== "SQLITE_CORRUPT") {
        throw error;
      }
      const rows = await this.#connection.query(statements.sessionKeys, [above, below, limit]);
      return Promise.all(keyRowsSchema.parse(rows).map(({ key }) => this.#getOrDamage(key)));
    }
  }

  async #getOrDamage(key: string): Promise<FoundSessionEntry> {
    try {
      const found = await this.getSession(key);
      return { name: key, value: found?.value, rows: found?.rows ?? new Map() };
    } catch (error) {
      if (sqliteCodeOf(error) === "SQLITE_CORRUPT") {
        const damage = unreadable(key, "the database file is damaged where it lies", error);
        return { name: key, value: damage, rows: new Map() };
      }
      if (error instanceof StoredStateError) {
        return { name: key, value: error, rows: new Map() };
      }
      throw error;
    }
  }

  /** As `EntryAdapter.readRecords`. */
  async readRecords(range: RecordRange): Promise<FoundRecords | undefined> {
    const { sessionKey, from, to, direction, limit, expiredAtMs = null } = range;
    const rows = recordRowsSchema.parse(
      await this.#connection.query(statements.recordsStatement(direction, longestHead), [
        ...[from, to, expiredAtMs, limit, sessionKey],
      ]),
    );
    const [first] = rows;
    if (first === undefined) {
      return undefined;
    }
    const sessionExpiresAtMs = assertAgreement(sessionKey, first.head, first);
    if (sessionExpiresAtMs === undefined) {
      throw unreadable(sessionKey, "it is not a session");
    }
    const records = rows.flatMap(({ name, value }) => (name === null ? [] : [{ name, value }]));
    return { sessionExpiresAtMs, records };
  }
}

function sessionsIn(rows: readonly unknown[]): FoundSessionEntry[] {
  const parsed = sessionRowsSchema.parse(rows);
  const sessions = new Map<string, { name: string; value: unknown; rows: Map<string, unknown> }>();
  for (const { key, name, value, ...columns } of parsed) {
    if (name === null) {
      sessions.set(key, { name: key, value: valueOrDamage(key, value, columns), rows: new Map() });
    }
  }
  for (const { key, name, value } of parsed) {
    if (name !== null) {
      sessions.get(key)?.rows.set(name, value);
    }
  }
  return [...sessions.values()];
}

interface Columns {
  readonly expires_at?: unknown;
  readonly revision?: unknown;
}

/** What an entry's text says of its expiry, once it is sure that the columns beside it say the same. */
function assertAgreement(key: string, text: unknown, columns: Columns): number | undefined {
  if (typeof text !== "string") {
    throw unreadable(key, "it is not a text");
  }
  const { expiresAtMs, revision } = readEntryHead(key, text);
  if ((columns.expires_at ?? undefined) !== expiresAtMs || (columns.revision ?? undefined) !== revision) {
    throw unreadable(key, "its expiry or revision is not the one it is filed under");
  }
  return expiresAtMs;
}

function valueOrDamage(key: string, value: unknown, columns: Columns): unknown {
  try {
    assertAgreement(key, value, columns);
    return value;
  } catch (error) {
    if (error instanceof StoredStateError) {
      return error;
    }
    throw error;
  }
}
