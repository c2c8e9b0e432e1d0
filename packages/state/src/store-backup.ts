import { closeSync, existsSync, openSync, realpathSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { StoreError } from "@alcove/plugin-api";
import { syncFile, syncFolder } from "./file-durability.js";

/** What only lies beside a file that a store has open, or had open when it was killed or closed. */
const besideAStore = [".lock", "-wal", "-journal"];

/** Where backups are being written. No other process writes any of the same store, since this one holds it. */
const beingWritten = new Set<string>();

/**
 * Has a file written by `copyTo` under a name of its own, and gives it its right name when it is complete and durable.
 *
 * @throws StoreError BACKUP_FAILED, or the StoreError of `copyTo`; then nothing is left behind, unless the message says so.
 */
export async function writeBackup(
  file: string,
  { overwrite = false }: { readonly overwrite?: boolean },
  copyTo: (unfinished: string) => Promise<void>,
): Promise<void> {
  const path = resolve(file);
  const unfinished = `${path}.new`;
  let real: string;
  try {
    real = join(realpathSync(dirname(path)), basename(path));
    assertFree(path, real, overwrite);
    removeUnfinished(unfinished);
    closeSync(openSync(unfinished, "wx", 0o600));
  } catch (error) {
    throw backupError(path, error);
  }
  beingWritten.add(real);
  try {
    await copyTo(unfinished);
    syncFile(unfinished);
    renameSync(unfinished, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw backupError(path, error, whatIsLeft(unfinished));
  } finally {
    beingWritten.delete(real);
  }
}

function assertFree(path: string, real: string, overwrite: boolean): void {
  if (beingWritten.has(real)) {
    throw new StoreError("BACKUP_FAILED", `Another backup is being written to ${path}.`);
  }
  const neighbour = besideAStore.map((suffix) => `${real}${suffix}`).find((name) => existsSync(name));
  if (neighbour !== undefined) {
    // A log beside it would be taken for that of the copy, and replacing an open database would lose it.
    throw new StoreError("BACKUP_FAILED", `${path} belongs to a session store, since there is a ${neighbour}.`);
  }
  if (existsSync(path) && !overwrite) {
    throw new StoreError("BACKUP_FAILED", `There is a file ${path} already, and it is not to be replaced.`);
  }
}

/** Also its journal, which SQLite would otherwise take for that of the next file of this name. */
function removeUnfinished(file: string): void {
  rmSync(file, { force: true });
  rmSync(`${file}-journal`, { force: true });
}

/** Removes what was written, and says so. */
function whatIsLeft(unfinished: string): string {
  try {
    removeUnfinished(unfinished);
    return "Nothing of it is left.";
  } catch {
    return `Remove ${unfinished}, which could not be removed.`;
  }
}

function backupError(path: string, cause: unknown, whatIsLeft = "Nothing was written."): StoreError {
  if (cause instanceof StoreError && cause.code !== "STORE_FAILED") {
    return cause;
  }
  const message = `The backup ${path} could not be written: ${reasonOf(cause).replace(/\.$/, "")}. ${whatIsLeft}`;
  return new StoreError("BACKUP_FAILED", message, { cause });
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) {
    return String(cause);
  }
  return "code" in cause && cause.code === "ENOSPC" ? "the disk it is on is full" : cause.message;
}
