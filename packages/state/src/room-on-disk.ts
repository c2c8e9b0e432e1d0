import { closeSync, openSync, rmSync, writeSync } from "node:fs";

/** A few pages more than SQLite was refused. */
const probe = Buffer.alloc(65_536);

/**
 * Whether the disk a file is on takes more, by a small file beside it: quotas are not among the figures a file system
 * gives. Asked only after something has failed, since it blocks.
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
      // Over a network a disk may say that it is full only now.
      closeSync(descriptor);
    }
  } catch {
    return false;
  } finally {
    rmSync(probeFile, { force: true });
  }
}
