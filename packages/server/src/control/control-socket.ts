import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What every system can take as the address of a socket. */
const LONGEST_PATH_BYTES = 100;

/**
 * Makes a place for the control socket of a store: in a folder of its own that only the owner can enter, beside the
 * database, or among the temporary files where that path would be too long. What a killed server left there is removed, so only the
 * holder of the store's lock may call this.
 *
 * @param place The database file.
 * @throws the file system's error, or one that says why the folder cannot be trusted.
 */
export function makeSocketPlace(place: string): string {
  const folder = folderFor(place);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw error;
    }
    assertOwn(folder);
    chmodSync(folder, 0o700);
  }
  const path = join(folder, "socket");
  rmSync(path, { force: true });
  return path;
}

/** Removes the socket, if it is still there, and its folder, unless there is something else in it. */
export function removeSocketPlace(path: string): void {
  try {
    rmSync(path, { force: true });
    rmdirSync(dirname(path));
  } catch {
    // The next server takes it over.
  }
}

function folderFor(place: string): string {
  const beside = `${place}.control`;
  if (fits(beside)) {
    return beside;
  }
  // Named after the database file itself: whoever has its lock may take the folder over from a server that was killed.
  const { dev, ino } = statSync(place, { bigint: true });
  const name = createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 16);
  const temporary = join(tmpdir(), `alcove-${name}`);
  if (!fits(temporary)) {
    throw new RangeError(`The path ${temporary}/socket is too long for a socket.`);
  }
  return temporary;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, "socket")) <= LONGEST_PATH_BYTES;
}

function assertOwn(folder: string): void {
  const found = lstatSync(folder);
  if (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid())) {
    throw new TypeError(`${folder} is no folder, or belongs to somebody else.`);
  }
}
