import type { EntryToStore } from "./entry-adapter.js";
import { isSmallChange, smallColumns } from "./small-changes.js";
import { encodeBatch, rowsInBatch } from "./sqlite-batch-bytes.js";
import type { SqliteParameter } from "./sqlite-connection.js";
import { entriesTable } from "./sqlite-database-file.js";

/** Counts through the entries of a batch. */
const counter = "batch_rows";
/** More than a batch has entries. */
const countedRows = 1_024;

/** What a connection needs for {@link preparedBatch}. */
export const batchTables: readonly string[] = [
  `CREATE TEMP TABLE ${counter}(row INTEGER PRIMARY KEY)`,
  `INSERT INTO ${counter} WITH RECURSIVE counted(row) AS (VALUES (0) UNION ALL SELECT row + 1 FROM counted WHERE row < ${countedRows - 1})
    SELECT row FROM counted`,
];

/** A statement that is worth preparing once, with what is bound to it for one batch. */
export interface PreparedBatch {
  readonly statement: string;
  readonly parameters: readonly SqliteParameter[];
}

/** Without a key, which no entry can be stored without, where it is not to be taken: then the statement fails as a whole. */
const keyIfTaken = `CASE WHEN new.revision IS NULL OR stored.revision IS new.revision - 1
    OR (new.revision = 1 AND (stored.key IS NULL OR stored.expires_at <= ?3)) THEN new.key END`;

const storeChanges = insertBatch(entriesTable, false, upsertWith(""));
const storeBeginnings = insertBatch(
  entriesTable,
  false,
  upsertWith(", room = CASE WHEN excluded.revision = 1 THEN excluded.room ELSE room END"),
);
const storeWithRecords = insertBatch("small_commits", true, "");

/**
 * The statement that stores a batch as a whole, where one of the few that stay prepared can: when none of the entries
 * changes records, or each only a few, and none takes the place of whatever is there. It answers with nothing. Where an entry is not to be taken it fails with
 * `SQLITE_CONSTRAINT` and stores none. What is bound is good until the next call.
 *
 * @param mayPartRanges Whether records may be put into ranges that were left.
 */
export function preparedBatch(
  entries: readonly EntryToStore[],
  nowMs: number,
  mayPartRanges: boolean,
): PreparedBatch | undefined {
  if (entries.some(({ replacesAnything }) => replacesAnything)) {
    return undefined;
  }
  if (entries.every(({ records }) => records === undefined)) {
    // Only where a session may take an expired one's place does the room change, and what is left over have to be noted.
    const statement = entries.some(({ head }) => head.revision === 1) ? storeBeginnings : storeChanges;
    return { statement, parameters: [encodeBatch(entries, false), entries.length, nowMs] };
  }
  if (mayPartRanges || entries.some(({ records }) => records !== undefined && !isSmallChange(records))) {
    return undefined;
  }
  return { statement: storeWithRecords, parameters: [encodeBatch(entries, true), entries.length, nowMs] };
}

function insertBatch(target: string, hasRecords: boolean, ending: string): string {
  const others = ["value", "expires_at", "revision", "room", ...(hasRecords ? smallColumns : [])];
  return `INSERT INTO ${target}(key, ${others.join()})
    SELECT ${keyIfTaken}, ${others.map((column) => `new.${column}`).join()}
    FROM (${rowsInBatch(counter, hasRecords)}) new LEFT JOIN ${entriesTable} stored ON stored.key = new.key
    WHERE true ${ending}`;
}

function upsertWith(room: string): string {
  return `ON CONFLICT(key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, revision = excluded.revision${room}`;
}
