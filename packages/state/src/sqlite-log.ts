import { type FileHandle, open } from "node:fs/promises";

const chunkBytes = 256 * 1024;

/**
 * Writes a database's write-ahead log once more, as it reads now, and syncs it. After a failed fsync the system takes for
 * written what never reached the disk, and later syncs succeed without it; a checkpoint that trusts them lets the database
 * run ahead of its log, and a power loss then rolls only some of its pages back. So it is called before any checkpoint
 * that may follow such a failure, also one of an earlier process. Nobody may be writing the log meanwhile.
 *
 * Opening the log drops no lock: SQLite holds those of its own on the database file.
 *
 * @throws the file system's error, when the log still cannot be made durable.
 */
export async function renewLog(databasePath: string): Promise<void> {
  const log = await openLog(`${databasePath}-wal`);
  if (log === undefined) {
    return;
  }
  try {
    await writeAgain(log);
    await log.sync();
  } finally {
    await log.close();
  }
}

async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r+");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

async function writeAgain(log: FileHandle): Promise<void> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let position = 0;
  for (;;) {
    const { bytesRead } = await log.read(chunk, 0, chunkBytes, position);
    if (bytesRead === 0) {
      return;
    }
    await writeWhole(log, chunk.subarray(0, bytesRead), position);
    position += bytesRead;
  }
}

async function writeWhole(log: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await log.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
