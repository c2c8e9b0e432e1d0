import { componentRowMark } from "./component-rows.js";
import { entriesTable, isSignpost, witnessIndex } from "./sqlite-database-file.js";

/** Whether a row's text says the same about its expiry as the indexed column, by which the row was found. */
const agreesWithItsText = `substr(value, 1, 26 + length(expires_at)) IN
  ('{"format":1,"expires_at":' || expires_at || ',', '{"format":2,"expires_at":' || expires_at || ',')`;
/** Which records `r` are component rows. The character sorts after every name of another record. */
export const isComponentRow = `r.name > char(${componentRowMark.charCodeAt(0)})`;

/** Binds: time, JSON array of keys to leave alone, limit. */
export const deleteExpiredSessions = `DELETE FROM ${entriesTable} WHERE rowid IN (
    SELECT rowid FROM ${entriesTable}
    WHERE expires_at <= ? AND key NOT IN (SELECT value FROM json_each(?)) AND ${agreesWithItsText}
    ORDER BY expires_at LIMIT ?
  ) RETURNING 1`;

/** Binds: time, limit. */
export const deleteExpiredRecords = `DELETE FROM records WHERE id IN (
    SELECT id FROM records WHERE expires_at <= ? AND ${agreesWithItsText} ORDER BY expires_at LIMIT ?
  ) RETURNING 1`;

/** Binds: limit. Ranges may overlap, and a record that counted twice would make it look as if there were no more. */
export const deleteRecordsInLeftRanges = `DELETE FROM records WHERE id IN (
    SELECT DISTINCT r.id FROM left_ranges l CROSS JOIN records r ON r.room = l.room AND r.name >= l.first AND r.name < l.last LIMIT ?
  ) RETURNING 1`;

/** Binds: limit. */
export const deleteEmptyRanges = `DELETE FROM left_ranges WHERE (room, first) IN (SELECT room, first FROM left_ranges LIMIT ?)
  AND NOT EXISTS (SELECT 1 FROM records r WHERE r.room = left_ranges.room AND r.name >= first AND r.name < last) RETURNING 1`;

/** Whether there are ranges that were left. */
export const countLeftRanges = "SELECT EXISTS (SELECT 1 FROM left_ranges) AS count";

/** Binds: limit. */
export const deleteLeftRecords = `DELETE FROM records WHERE id IN (
    SELECT r.id FROM left_rooms l CROSS JOIN records r ON r.room = l.room ORDER BY l.room LIMIT ?
  ) RETURNING 1`;

/** Binds: limit. Each room that is left holds a record, so that no more can have become empty than records were deleted. */
export const deleteEmptyRooms = `DELETE FROM left_rooms WHERE room IN (SELECT room FROM left_rooms ORDER BY room LIMIT ?)
  AND NOT EXISTS (SELECT 1 FROM records WHERE records.room = left_rooms.room) RETURNING 1`;

/** Binds: time. */
export const countMisdatedSessions = `SELECT count(*) AS count FROM ${entriesTable} WHERE expires_at <= ? AND NOT ${agreesWithItsText}`;

/**
 * Binds: from, before (the first name not to read again), time or NULL, limit, key, and whether to read although records of
 * the stretch lie in ranges that were left. If they do, and it is not to, there are no records in the answer, but the ranges.
 * The session's own row is looked at once, however many records it has.
 */
export function recordsStatement(direction: "forward" | "backward", headLength: number): string {
  return `WITH session AS MATERIALIZED (
      SELECT room, expires_at, revision, substr(value, 1, ${headLength}) AS head,
        (SELECT nullif(json_group_array(json_array(first, last)), '[]') FROM left_ranges l
          WHERE l.room = e.room AND l.first < ?2 AND l.last > ?1) AS left_ranges
      FROM ${entriesTable} e WHERE key = ?5)
    SELECT session.expires_at, session.revision, session.head, session.left_ranges, r.name, r.value
    FROM session LEFT JOIN records r ON r.room = session.room AND r.name >= ?1 AND r.name < ?2
      AND (?3 IS NULL OR r.expires_at IS NULL OR r.expires_at > ?3) AND (?6 OR session.left_ranges IS NULL)
    ORDER BY r.name ${direction === "forward" ? "" : "DESC"} LIMIT ?4`;
}

/** Binds: key. */
export const bytesOfEntry = `SELECT octet_length(value) AS bytes FROM ${entriesTable} WHERE key = ?`;

/**
 * How many records a session has there, how many bytes, and the last of their names; of the first ones only, if there are more. Values
 * are not read for it. Binds: key, from, before (the first name not to count again), time, limit.
 */
export const bytesOfRecords = `SELECT count(*) AS count, total(bytes) AS bytes, max(name) AS last FROM (
    SELECT r.name, octet_length(r.value) AS bytes FROM ${entriesTable} e
    CROSS JOIN records r ON r.room = e.room AND r.name >= ?2 AND r.name < ?3
    WHERE e.key = ?1 AND (r.expires_at IS NULL OR r.expires_at > ?4)
      AND NOT EXISTS (SELECT 1 FROM left_ranges l WHERE l.room = r.room AND l.first <= r.name AND l.last > r.name)
    ORDER BY r.name LIMIT ?5)`;

/** Binds: the name and the room to begin behind, limit. */
export const signposts = `SELECT name, room, value FROM records INDEXED BY records_signposts
  WHERE ${isSignpost} AND (name, room) > (?, ?) ORDER BY name, room LIMIT ?`;

/** Binds: key. */
export const entryByKey = `SELECT value, expires_at, revision FROM ${entriesTable} WHERE key = ?`;

/** Whether there is an entry, by the other index. Binds: key. */
export const keyByWitness = `SELECT key FROM ${entriesTable} INDEXED BY ${witnessIndex} WHERE key = ?`;

/** Binds: key. The session's own row comes first, without a name; then its component rows, which have no more than a name and text. */
export const sessionByKey = withComponentRows(
  `key, expires_at, revision, room, value FROM ${entriesTable} WHERE key = ?`,
);

const pageByWitness = `INDEXED BY ${witnessIndex} WHERE key > ? AND key < ? ORDER BY key LIMIT ?`;

/**
 * As {@link sessionByKey}, for a page. Binds: the key to begin above, the key to end below, limit. Each key of the one
 * index is looked up by the other, so that an entry that cannot be found any more is there without a value.
 */
export const sessionPage = withComponentRows(
  `named.key, expires_at, revision, room, value FROM (SELECT key FROM ${entriesTable} ${pageByWitness}) named
    LEFT JOIN ${entriesTable} stored ON stored.key = named.key ORDER BY named.key`,
);

/** Only the keys of such a page. Binds the same. */
export const sessionKeys = `SELECT key FROM ${entriesTable} ${pageByWitness}`;

/** One statement, so that entry and rows are of one moment; no join, so that an entry is not read once for each row. */
function withComponentRows(entries: string): string {
  return `WITH found AS MATERIALIZED (SELECT ${entries})
    SELECT key, NULL AS name, expires_at, revision, value FROM found
    UNION ALL SELECT key, r.name, NULL, NULL, r.value FROM found CROSS JOIN records r ON r.room = found.room AND ${isComponentRow}`;
}
