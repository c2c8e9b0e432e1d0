import { entriesTable } from "./sqlite-database-file.js";
import type { EntryHead } from "./stored-entry.js";

/** What of an entry stands in a statement itself; its texts are bound. */
export interface EntryRow extends EntryHead {
  /** `undefined` for an entry that begins no session. */
  readonly room: number | undefined;
}

/** Whether a row's text says the same about its expiry as the indexed column, by which the row was found. */
const agreesWithItsText = `substr(value, 1, 26 + length(expires_at)) = '{"format":1,"expires_at":' || expires_at || ','`;

const storeSession = `INSERT INTO ${entriesTable}(key, expires_at, revision, room, value)
    VALUES (NEW.key, NEW.expires_at, NEW.revision, NEW.room, NEW.value)
    ON CONFLICT(key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at,
      revision = excluded.revision, room = CASE WHEN excluded.revision = 1 THEN excluded.room ELSE room END`;

const putRecord = `INSERT INTO records(room, name, expires_at, value)
    SELECT e.room, NEW.name, ${expiryInText("NEW.text")}, NEW.text
      FROM ${entriesTable} e WHERE NEW.name IS NOT NULL AND e.key = NEW.key
    ON CONFLICT(room, name) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`;

const changeRecords: readonly string[] = [
  `DELETE FROM records WHERE NEW.removed IS NOT NULL AND (room, name) IN (
    SELECT e.room, removed.value FROM ${entriesTable} e, json_each(NEW.removed) removed WHERE e.key = NEW.key)`,
  `DELETE FROM records WHERE NEW.ranges IS NOT NULL AND (room, name) IN (
    SELECT r.room, r.name FROM json_each(NEW.ranges) range
      CROSS JOIN ${entriesTable} e ON e.key = NEW.key
      CROSS JOIN records r ON r.room = e.room AND r.name >= range.value ->> 0 AND r.name < range.value ->> 1)`,
  putRecord,
  `INSERT INTO records(room, name, expires_at, value)
    SELECT e.room, put.key, ${expiryInText("put.value")}, put.value
      FROM ${entriesTable} e, json_each(NEW.more) put WHERE NEW.more IS NOT NULL AND e.key = NEW.key
    ON CONFLICT(room, name) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
];

/**
 * What batches with records are inserted into, so that they too are a single statement: atomic by itself, and with nothing
 * half-done to be read from the same connection in the middle. Only rows that are to be taken get here.
 *
 * One record to be put stands in the row itself, since most commits have no more, and there is a view for just that, which
 * is twice as fast; in the other one an object of JSON carries the further ones. A record's expiry stands at a fixed
 * place of its text.
 */
export const commitViews: readonly string[] = [
  ...viewThatDoes("single_record_commits", [storeSession, putRecord]),
  ...viewThatDoes("commits", [storeSession, ...changeRecords]),
];

function viewThatDoes(name: string, steps: readonly string[]): string[] {
  const columns = "NULL AS name, NULL AS text, NULL AS removed, NULL AS ranges, NULL AS more";
  return [
    `CREATE TEMP VIEW ${name} AS SELECT key, expires_at, revision, room, ${columns}, value FROM ${entriesTable}`,
    `CREATE TEMP TRIGGER ${name}_insert INSTEAD OF INSERT ON ${name} BEGIN ${steps.map((step) => `${step};`).join(" ")} END`,
  ];
}

function expiryInText(text: string): string {
  return `nullif(CAST(substr(${text}, 26, 16) AS INTEGER), 0)`;
}

/**
 * As {@link upsertStatement}, for entries with records. Of each entry key, text, name and text of the first record to be
 * put are bound; in a batch where an entry changes more than that, also the JSON of names to remove, of ranges to remove,
 * and of further records. All but the first two may be NULL.
 */
export function commitStatement(rows: readonly EntryRow[], nowMs: number, hasSingleRecords: boolean): string {
  const view = hasSingleRecords ? "single_record_commits" : "commits";
  const [columns, places, bound] = hasSingleRecords
    ? ["name, text", "column6, column7", "?,?"]
    : ["name, text, removed, ranges, more", "column6, column7, column8, column9, column10", "?,?,?,?,?"];
  return `INSERT INTO ${view}(key, value, expires_at, revision, room, ${columns})
    SELECT column1, column2, column3, column4, column5, ${places}
    FROM (VALUES ${rows.map((row) => `(?,?,${numbersOf(row)},${bound})`).join()})
      LEFT JOIN ${entriesTable} stored ON stored.key = column1
    WHERE column4 IS NULL OR stored.revision IS column4 - 1
      OR (column4 = 1 AND (stored.key IS NULL OR stored.expires_at <= ${nowMs}))
    RETURNING key`;
}

/**
 * Stores entries without records; key and text of each are bound. The rows it answers with are those that were taken.
 *
 * A row that is neither a first revision nor there already falls through the outer WHERE, so it is not inserted. The
 * numbers stand in the statement, because the driver takes longer to bind a parameter than SQLite to read a number.
 */
export function upsertStatement(rows: readonly EntryRow[], nowMs: number): string {
  // Only where a session may take an expired one's place does the room change, and what is left over have to be noted.
  const mayBegin = rows.some(({ revision }) => revision === 1);
  const room = mayBegin ? ", room = CASE WHEN excluded.revision = 1 THEN excluded.room ELSE room END" : "";
  return `INSERT INTO ${entriesTable}(key, value, expires_at, revision, room)
    SELECT column1, column2, column3, column4, column5 FROM (VALUES ${rows.map((row) => `(?,?,${numbersOf(row)})`).join()})
    WHERE column4 IS NULL OR column4 = 1 OR EXISTS (SELECT 1 FROM ${entriesTable} WHERE key = column1)
    ON CONFLICT(key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, revision = excluded.revision${room}
    WHERE ${entriesTable}.revision IS excluded.revision - 1
      OR (excluded.revision = 1 AND ${entriesTable}.expires_at <= ${nowMs})
    RETURNING key`;
}

function numbersOf({ expiresAtMs, revision, room }: EntryRow): string {
  return `${expiresAtMs ?? "NULL"},${revision ?? "NULL"},${room ?? "NULL"}`;
}

/** Binds: time, JSON array of keys to leave alone, limit. */
export const deleteExpiredSessions = `DELETE FROM ${entriesTable} WHERE rowid IN (
    SELECT rowid FROM ${entriesTable}
    WHERE expires_at <= ? AND key NOT IN (SELECT value FROM json_each(?)) AND ${agreesWithItsText}
    ORDER BY expires_at LIMIT ?
  ) RETURNING 1`;

/** Binds: time, limit. */
export const deleteExpiredRecords = `DELETE FROM records WHERE (room, name) IN (
    SELECT room, name FROM records WHERE expires_at <= ? AND ${agreesWithItsText} ORDER BY expires_at LIMIT ?
  ) RETURNING 1`;

/** Binds: limit. */
export const deleteLeftRecords = `DELETE FROM records WHERE (room, name) IN (
    SELECT r.room, r.name FROM left_rooms l CROSS JOIN records r ON r.room = l.room ORDER BY l.room LIMIT ?
  ) RETURNING 1`;

/** Binds: limit. Each room that is left holds a record, so that no more can have become empty than records were deleted. */
export const deleteEmptyRooms = `DELETE FROM left_rooms WHERE room IN (SELECT room FROM left_rooms ORDER BY room LIMIT ?)
  AND NOT EXISTS (SELECT 1 FROM records WHERE records.room = left_rooms.room) RETURNING 1`;

/** Binds: time. */
export const countMisdatedSessions = `SELECT count(*) AS count FROM ${entriesTable} WHERE expires_at <= ? AND NOT ${agreesWithItsText}`;

/** Binds: from, to, time or NULL, limit, key. The session's own row is looked at once, however many records it has. */
export function recordsStatement(direction: "forward" | "backward", headLength: number): string {
  return `WITH session AS MATERIALIZED (
      SELECT room, expires_at, revision, substr(value, 1, ${headLength}) AS head FROM ${entriesTable} WHERE key = ?5)
    SELECT session.expires_at, session.revision, session.head, r.name, r.value
    FROM session LEFT JOIN records r ON r.room = session.room AND r.name BETWEEN ?1 AND ?2
      AND (?3 IS NULL OR r.expires_at IS NULL OR r.expires_at > ?3)
    ORDER BY r.name ${direction === "forward" ? "" : "DESC"} LIMIT ?4`;
}
