import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, rename, rm, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type {
  Clock,
  ListedObject,
  ObjectFacts,
  ObjectListRequest,
  ObjectStoreDriver,
  ObjectToStore,
  StoredObject,
} from "@alcove/plugin-api";
import { syncFolders } from "./durable-folders.js";
import { listKeys } from "./list-keys.js";
import { type ObjectHeader, objectFile, readHeader, readListed, readObject } from "./object-file.js";
import { objectPath } from "./object-paths.js";

/** What a writer that was killed leaves behind is removed at the start, once it is so old that nobody can still be writing it. */
const ABANDONED_AFTER_MS = 3_600_000;
/** Whoever deletes a neighbour may remove the folder an object is to be put in, as often as that happens at the same time. */
const PUT_ATTEMPTS = 20;
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

type Facts = Omit<ObjectFacts, "key">;

/** Keeps objects in files of one folder, durably: each is written beside its place, synced, and moved there in one step. */
export class FileSystemObjects implements ObjectStoreDriver {
  readonly #objects: string;
  readonly #unfinished: string;
  readonly #clock: Clock;

  private constructor(folder: string, clock: Clock) {
    this.#objects = join(folder, "objects");
    this.#unfinished = join(folder, "unfinished");
    this.#clock = clock;
  }

  /** Makes the folders where they are missing, and removes what writers that were killed have left. */
  static async open(folder: string, clock: Clock): Promise<FileSystemObjects> {
    const store = new FileSystemObjects(folder, clock);
    const made = await mkdir(store.#objects, { recursive: true, mode: OWNER_ONLY_FOLDER });
    await mkdir(store.#unfinished, { recursive: true, mode: OWNER_ONLY_FOLDER });
    await syncFolders(store.#objects, dirname(made ?? folder));
    await store.#removeAbandoned();
    return store;
  }

  async put(key: string, object: ObjectToStore, signal: AbortSignal): Promise<boolean> {
    const path = objectPath(this.#objects, key);
    const written = join(this.#unfinished, randomUUID());
    try {
      await writeDurably(written, objectFile(object, this.#clock.nowMs()), signal);
      signal.throwIfAborted();
      return await this.#moveTo(path, written, object.ifAbsent);
    } finally {
      // Renamed, it is no longer there.
      await rm(written, { force: true });
    }
  }

  async get(key: string): Promise<Omit<StoredObject, "key"> | undefined> {
    const found = await this.#read(key, readObject);
    return found && { ...factsOf(found.header), body: found.body };
  }

  async stat(key: string): Promise<Facts | undefined> {
    const header = await this.#read(key, readHeader);
    return header && factsOf(header);
  }

  async delete(key: string): Promise<void> {
    const path = objectPath(this.#objects, key);
    const isGone = await unlessMissing(unlink(path).then(() => true));
    if (isGone) {
      await syncFolders(dirname(path), dirname(path));
      await this.#removeEmptyFolders(dirname(path));
    }
  }

  async list({ prefix, after, limit }: ObjectListRequest): Promise<readonly ListedObject[]> {
    const keys = await listKeys(this.#objects, prefix);
    const wanted = keys.filter((key) => after === undefined || key > after).sort();
    const listed: ListedObject[] = [];
    for (const key of wanted) {
      if (listed.length === limit) {
        break;
      }
      // What is deleted meanwhile is left out, and the next one takes its place.
      const facts = await this.#read(key, readListed);
      if (facts !== undefined) {
        listed.push({ key, ...facts });
      }
    }
    return listed;
  }

  async #read<Result>(key: string, read: (file: Awaited<ReturnType<typeof open>>) => Promise<Result>) {
    const file = await unlessMissing(open(objectPath(this.#objects, key), "r"));
    if (file === undefined) {
      return undefined;
    }
    try {
      return await read(file);
    } finally {
      await file.close();
    }
  }

  /** Moves a finished file to its place. Resolves to whether that was free, where it has to be. */
  async #moveTo(path: string, written: string, ifAbsent: boolean): Promise<boolean> {
    const folder = dirname(path);
    for (let attempt = 1; ; attempt += 1) {
      await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
      try {
        // A link is refused where there is something already, a rename is not.
        await (ifAbsent ? link(written, path) : rename(written, path));
        // All of them, since whoever has made one of them may not have come to that.
        await syncFolders(folder, this.#objects);
        return true;
      } catch (error) {
        if (ifAbsent && codeOf(error) === "EEXIST") {
          return false;
        }
        if (codeOf(error) !== "ENOENT" || attempt === PUT_ATTEMPTS) {
          throw error;
        }
      }
    }
  }

  /** Removes folders that have become empty, from the inside out. What somebody is about to use is made again. */
  async #removeEmptyFolders(innermost: string): Promise<void> {
    let folder = innermost;
    while (folder !== this.#objects) {
      try {
        await rmdir(folder);
      } catch {
        return;
      }
      folder = dirname(folder);
    }
  }

  async #removeAbandoned(): Promise<void> {
    const names = await readdir(this.#unfinished);
    for (const path of names.map((name) => join(this.#unfinished, name))) {
      const found = await unlessMissing(stat(path));
      if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) {
        await rm(path, { force: true });
      }
    }
  }
}

async function writeDurably(path: string, content: Buffer, signal: AbortSignal): Promise<void> {
  const file = await open(path, "wx", OWNER_ONLY_FILE);
  try {
    await file.writeFile(content, { signal });
    await file.sync();
  } finally {
    await file.close();
  }
}

function factsOf({ size, content_type, metadata, modified_at_ms }: ObjectHeader): Facts {
  return { size, contentType: content_type, metadata, modifiedAtMs: modified_at_ms };
}

/** The outcome, or `undefined` where there is no such file. */
async function unlessMissing<Result>(outcome: Promise<Result>): Promise<Result | undefined> {
  try {
    return await outcome;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") {
      return undefined;
    }
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
