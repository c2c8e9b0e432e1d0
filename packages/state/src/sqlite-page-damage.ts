import { sqliteCodeOf } from "./sqlite-failure.js";
import { unreadable } from "./stored-entry.js";

/** Whether SQLite found that a page of the file is not what it has to be. */
export function isPageDamage(error: unknown): boolean {
  return sqliteCodeOf(error) === "SQLITE_CORRUPT";
}

/** What a statement found, or, where a page of the file is damaged, an error that names the entry that was looked for. */
export async function orUnreadable<Rows>(entryKey: string, rows: Promise<Rows>): Promise<Rows> {
  try {
    return await rows;
  } catch (error) {
    throw isPageDamage(error) ? unreadable(entryKey, "the database file is damaged where it lies", error) : error;
  }
}
