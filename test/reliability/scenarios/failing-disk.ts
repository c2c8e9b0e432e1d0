import type { Arena } from "../arena.js";
import { tracer } from "../faults/system-calls.js";
import type { Scenario } from "../scenario.js";

const users = Array.from({ length: 24 }, (_, index) => `user-${index}`);
const workers = 16;
const operationsOfFault = 200;
const expectedCodes = ["STORE_FAILED", "STORE_FULL", "OUTCOME_UNKNOWN"];

/** The calls that fail in one round, with the error the kernel gives. */
const failures = [
  ["pwrite64", "EIO"],
  ["fsync,fdatasync", "EIO"],
  ["pwrite64,fsync,fdatasync", "EIO"],
  ["pwrite64", "ENOSPC"],
  ["ftruncate", "EIO"],
] as const;

/** Writes and syncs of the store's files fail now and then. What the server cannot know, it has to say it does not. */
export class FailingDiskScenario implements Scenario {
  #round = 0;

  async prepare(arena: Arena): Promise<void> {
    const server = await arena.start();
    await arena.observer.load({ url: server.url, seed: "before", users, workers, maxOperations: 60 }).outcome;
    await server.stop("SIGTERM");
  }

  async fault(arena: Arena): Promise<void> {
    const { random } = arena;
    this.#round += 1;
    const [calls, errno] = random.pick(failures);
    // Counted in each thread from its own beginning: the first ones let the store be opened.
    const when = `when=${random.between(30, 90)}+${random.between(15, 60)}`;
    const files = [arena.storePath, `${arena.storePath}-wal`].flatMap((path) => ["-P", path]);
    const inject = ["-e", "signal=none", "-e", `trace=${calls}`, "-e", `inject=${calls}:error=${errno}:${when}`];
    const server = await arena.start({ wrapper: tracer("/dev/null", [...files, ...inject]) });
    await arena.observer.load({
      url: server.url,
      seed: `${this.#round}`,
      users,
      workers,
      maxOperations: operationsOfFault,
      expectedCodes,
    }).outcome;
    await server.stop(random.pick(["SIGTERM", "SIGKILL"]));
    arena.addFaults(1);
  }

  async judge(arena: Arena): Promise<void> {
    const server = await arena.start();
    await arena.observer.judge(server.url);
    await arena.observer.retry(server.url);
    await server.stop("SIGTERM");
  }
}
