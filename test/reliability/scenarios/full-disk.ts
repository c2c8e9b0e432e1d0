import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServerProcess } from "../../e2e/server-process.js";
import type { Arena } from "../arena.js";
import { mountSmallFileSystem } from "../faults/small-file-system.js";
import type { Scenario } from "../scenario.js";

const diskMebibytes = 24;
const users = Array.from({ length: 24 }, (_, index) => `user-${index}`);
const workers = 16;
const operationsOfFault = 400;
const mostBytesLeftFree = 1_500_000;
const expectedCodes = ["STORE_FULL", "STORE_FAILED"];

/** The disk is filled up to a few bytes under load, and emptied again. The same server has to go on; sometimes it is killed. */
export class FullDiskScenario implements Scenario {
  #server: ServerProcess | undefined;
  #round = 0;

  async prepare(arena: Arena): Promise<void> {
    const unmount = mountSmallFileSystem(arena.storeFolder, diskMebibytes);
    arena.onDispose(async () => unmount());
    this.#server = await arena.start();
  }

  async fault(arena: Arena): Promise<void> {
    const server = this.#server ?? (await arena.start());
    this.#round += 1;
    const refusedFrom = await this.#fill(arena);
    const load = arena.observer.load({
      url: server.url,
      seed: `${this.#round}`,
      users,
      workers,
      maxOperations: operationsOfFault,
      expectedCodes,
    });
    if (arena.random.chance(0.3)) {
      // In the middle of being full.
      await server.stop("SIGKILL");
      this.#server = undefined;
    }
    await load.outcome;
    await rm(refusedFrom);
    arena.addFaults(1);
  }

  async judge(arena: Arena): Promise<void> {
    this.#server ??= await arena.start();
    await arena.observer.judge(this.#server.url);
    await arena.observer.retry(this.#server.url);
  }

  /** Fills the disk but for a few bytes. Returns the file that does it. */
  async #fill(arena: Arena): Promise<string> {
    const filler = join(arena.storeFolder, "filler");
    const { bavail, bsize } = await statfs(arena.storeFolder);
    const bytes = bavail * bsize - arena.random.between(0, mostBytesLeftFree);
    await writeFile(filler, Buffer.alloc(Math.max(0, bytes))).catch(unlessFull);
    return filler;
  }
}

/** The server may take the last bytes first; the disk is as full as it should be then. */
function unlessFull(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOSPC") {
    throw error;
  }
}
