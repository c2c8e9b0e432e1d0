import type { EntryToStore } from "./entry-adapter.js";
import type { StoredRecordChanges } from "./record-changes.js";
import { smallColumns, smallPlaces } from "./small-changes.js";
import type { SqliteParameter } from "./sqlite-connection.js";
import { entriesTable } from "./sqlite-database-file.js";
import { isComponentRow } from "./sqlite-statements.js";

/** A statement with what is bound to it. */
export interface BoundStatement {
  readonly statement: string;
  readonly parameters: SqliteParameter[];
}

const storeSession = `INSERT INTO ${entriesTable}(key, expires_at, revision, room, value)
    VALUES (NEW.key, NEW.expires_at, NEW.revision, NEW.room, NEW.value)
    ON CONFLICT(key) DO UPDATE SET value = NEW.value, expires_at = NEW.expires_at,
      revision = NEW.revision, room = CASE WHEN NEW.revision = 1 THEN NEW.room ELSE room END`;

const overwrite = "ON CONFLICT(room, name) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at";

const smallChange: readonly string[] = [
  ...smallPlaces.removed.map(
    (removed) => `DELETE FROM records WHERE NEW.${removed} IS NOT NULL AND name = NEW.${removed}
      AND room = (SELECT room FROM ${entriesTable} WHERE key = NEW.key)`,
  ),
  ...smallPlaces.put.map(
    (place) => `INSERT INTO records(room, name, expires_at, value)
      SELECT e.room, NEW.name${place}, ${expiryInText(`NEW.text${place}`)}, NEW.text${place}
        FROM ${entriesTable} e WHERE NEW.name${place} IS NOT NULL AND e.key = NEW.key ${overwrite}`,
  ),
];

/** What is larger is not deleted with the commit, which others would have to wait for, but noted, and deleted in steps. */
const largestRangeDeletedAtOnce = 256;
/** A range of records of the session `e` to remove: from the first name up to, but without, the last. */
const first = "range.value ->> 0";
const last = "range.value ->> 1";
const keepLonger = "ON CONFLICT(room, first) DO UPDATE SET last = max(last, excluded.last)";

const largeChange: readonly string[] = [
  // So many records put at once would part ranges into as many pieces: what lies in ranges that were left goes before.
  `DELETE FROM records WHERE NEW.is_massive AND id IN (
    SELECT r.id FROM ${entriesTable} e CROSS JOIN left_ranges l ON l.room = e.room
      CROSS JOIN records r ON r.room = l.room AND r.name >= l.first AND r.name < l.last WHERE e.key = NEW.key)`,
  `DELETE FROM left_ranges WHERE NEW.is_massive AND room = (SELECT room FROM ${entriesTable} WHERE key = NEW.key)`,
  `DELETE FROM records WHERE (room, name) IN (
    SELECT e.room, removed.value FROM ${entriesTable} e, json_each(NEW.removed) removed WHERE e.key = NEW.key)`,
  `INSERT INTO left_ranges(room, first, last)
    SELECT e.room, ${first}, ${last} FROM json_each(NEW.ranges) range CROSS JOIN ${entriesTable} e ON e.key = NEW.key
    WHERE NEW.is_massive IS NULL AND (SELECT count(*) FROM (SELECT 1 FROM records r WHERE r.room = e.room AND r.name >= ${first} AND r.name < ${last}
      LIMIT ${largestRangeDeletedAtOnce + 1})) > ${largestRangeDeletedAtOnce}
    ${keepLonger}`,
  `DELETE FROM records WHERE id IN (
    SELECT r.id FROM json_each(NEW.ranges) range
      CROSS JOIN ${entriesTable} e ON e.key = NEW.key AND NOT EXISTS (
        SELECT 1 FROM left_ranges l WHERE l.room = e.room AND l.first = ${first} AND l.last >= ${last})
      CROSS JOIN records r ON r.room = e.room AND r.name >= ${first} AND r.name < ${last})`,
  `DELETE FROM records WHERE NEW.kept IS NOT NULL AND (room, name) IN (
    SELECT r.room, r.name FROM ${entriesTable} e CROSS JOIN records r ON r.room = e.room AND ${isComponentRow}
      WHERE e.key = NEW.key AND r.name NOT IN (SELECT value FROM json_each(NEW.kept)))`,
  // What is put into a range that is left parts it: first the ends of what lies behind each name, then what lies before.
  `INSERT INTO left_ranges(room, first, last)
    SELECT l.room, put.key || char(1), l.last
    FROM json_each(NEW.put) put CROSS JOIN ${entriesTable} e ON e.key = NEW.key
      CROSS JOIN left_ranges l ON l.room = e.room AND l.first <= put.key AND l.last > put.key
    WHERE true ${keepLonger}`,
  `UPDATE left_ranges SET last = (
      SELECT min(put.key) FROM json_each(NEW.put) put WHERE put.key >= left_ranges.first AND put.key < left_ranges.last)
    WHERE room = (SELECT room FROM ${entriesTable} WHERE key = NEW.key) AND EXISTS (
      SELECT 1 FROM json_each(NEW.put) put WHERE put.key >= left_ranges.first AND put.key < left_ranges.last)`,
  `INSERT INTO records(room, name, expires_at, value)
    SELECT e.room, put.key, ${expiryInText("put.value")}, put.value
      FROM ${entriesTable} e, json_each(NEW.put) put WHERE e.key = NEW.key ${overwrite}`,
];

const largeColumns = ["removed", "ranges", "kept", "put", "is_massive"];

/**
 * What batches with records are inserted into, so that they too are a single statement: atomic by itself, and with nothing
 * half-done to be read from the same connection in the middle. Only rows that are to be taken get here.
 *
 * The few records that most commits change stand in columns of their own, which is twice as fast as JSON.
 */
export const commitViews: readonly string[] = [
  ...viewThatDoes("small_commits", smallColumns, [storeSession, ...smallChange]),
  ...viewThatDoes("large_commits", largeColumns, [storeSession, ...largeChange]),
  ...viewThatDoes("record_changes", largeColumns, largeChange),
];

function viewThatDoes(name: string, columns: readonly string[], steps: readonly string[]): string[] {
  const empty = columns.map((column) => `NULL AS ${column}`).join();
  return [
    `CREATE TEMP VIEW ${name} AS SELECT key, expires_at, revision, room, ${empty}, value FROM ${entriesTable}`,
    `CREATE TEMP TRIGGER ${name}_insert INSTEAD OF INSERT ON ${name}
      BEGIN ${steps.map((step) => `${step};`).join(" ")} END`,
  ];
}

/** A record's expiry stands at a fixed place of its text. */
function expiryInText(text: string): string {
  return `nullif(CAST(substr(${text}, 26, 16) AS INTEGER), 0)`;
}

/**
 * Stores entries, each with what it changes in its session's records, however much that is. The rows it answers with hold
 * the keys of those that were taken.
 */
export function commitStatement(entries: readonly EntryToStore[], nowMs: number): BoundStatement {
  const bound = largeColumns.map(() => "?").join();
  const sources = largeColumns.map((_, index) => `column${index + 7}`).join();
  // The numbers stand in the statement, because the driver takes longer to bind a parameter than SQLite to read a number.
  const statement = `INSERT INTO large_commits(key, value, expires_at, revision, room, ${largeColumns.join()})
    SELECT column1, column2, column3, column4, column5, ${sources}
    FROM (VALUES ${entries.map((entry) => `(?,?,${numbersOf(entry)},${bound})`).join()})
      LEFT JOIN ${entriesTable} stored ON stored.key = column1
    WHERE column4 IS NULL OR stored.revision IS column4 - 1
      OR (column4 = 1 AND (stored.key IS NULL OR stored.expires_at <= ${nowMs} OR column6))
    RETURNING key`;
  return {
    statement,
    parameters: entries.flatMap(({ key, value, records }) => [key, value, ...largeParameters(records)]),
  };
}

function numbersOf({ head, room, replacesAnything = false }: EntryToStore): string {
  return `${head.expiresAtMs ?? "NULL"},${head.revision ?? "NULL"},${room ?? "NULL"},${Number(replacesAnything)}`;
}

function largeParameters(records: StoredRecordChanges | undefined): SqliteParameter[] {
  if (records === undefined) {
    return largeColumns.map(() => null);
  }
  const { removed, removedRanges, keptRows, put } = records;
  // Written by hand, because an object would not keep a record `__proto__`.
  const pairs = Array.from(put, ([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`);
  const kept = keptRows === undefined ? null : JSON.stringify(keptRows);
  const isMassive = put.size > largestRangeDeletedAtOnce ? 1 : null;
  return [jsonOf(removed), jsonOf(removedRanges), kept, put.size > 0 ? `{${pairs.join()}}` : null, isMassive];
}

function jsonOf(list: readonly unknown[]): string | null {
  return list.length > 0 ? JSON.stringify(list) : null;
}

/**
 * Changes records of a session and nothing else of it. The row it answers with holds the session's key, if there is one.
 *
 * @param expiredAtMs A session that expired at this time or earlier counts as none; every one counts when it is left out.
 */
export function recordsChangeStatement(
  sessionKey: string,
  records: StoredRecordChanges,
  expiredAtMs: number | undefined,
): BoundStatement {
  const statement = `INSERT INTO record_changes(key, ${largeColumns.join()})
    SELECT key, ${largeColumns.map(() => "?").join()} FROM ${entriesTable}
    WHERE key = ? AND expires_at > ${expiredAtMs ?? -1}
    RETURNING key`;
  return { statement, parameters: [...largeParameters(records), sessionKey] };
}
