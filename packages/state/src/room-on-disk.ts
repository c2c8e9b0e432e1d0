import { closeSync, openSync, rmSync, writeSync } from "node:fs";

/** More than the one page SQLite was refused. */
const probe = Buffer.alloc(65_536);

/**
 * Whether the disk a file is on takes more, by a small file beside it, since the figures of a file system need not hold.
 * Asked only after something has failed, since it blocks. What stands in the way of asking counts as a full disk.
 */
export function hasRoomOnDisk(path: string): boolean {
  const probeFile = `${path}-room`;
  try {
    // What a crash left goes first; nothing else of that name, a link for instance, is written to.
    rmSync(probeFile, { force: true });
    const descriptor = openSync(probeFile, "wx", 0o600);
    try {
      return writeSync(descriptor, probe, 0, probe.length, 0) === probe.length;
    } finally {
      try {
        // Over a network a disk may say that it is full only now.
        closeSync(descriptor);
      } finally {
        rmSync(probeFile, { force: true });
      }
    }
  } catch {
    return false;
  }
}
