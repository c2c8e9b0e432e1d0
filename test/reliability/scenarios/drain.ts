import type { Arena } from "../arena.js";
import type { LoadOutcome } from "../observer/messages.js";
import type { Scenario } from "../scenario.js";

const users = Array.from({ length: 24 }, (_, index) => `user-${index}`);
const workers = 16;
const repliesAtMost = 200;
/** Some runs take this long; they are to be waited for. */
const longestRunMs = 1_200;
/** A request that was sent so long before the stop had been accepted, and has to be waited for. */
const acceptedAfterMs = 400;
const endsWithinMs = 12_000;

/** SIGTERM under load: what was accepted is answered, what comes later is refused cleanly, and the process ends with 0. */
export class DrainScenario implements Scenario {
  #round = 0;
  #outcome: LoadOutcome | undefined;
  #stoppedAtMs = 0;

  async prepare(): Promise<void> {
    // Each round starts and stops a server of its own.
  }

  async fault(arena: Arena): Promise<void> {
    const server = await arena.start();
    this.#round += 1;
    const load = arena.observer.load({
      url: server.url,
      seed: `${this.#round}`,
      users,
      workers,
      reportAfterReplies: arena.random.between(1, repliesAtMost),
      longestRunMs,
      expectedCodes: ["SHUTTING_DOWN"],
    });
    await load.replyCountReached;
    this.#stoppedAtMs = Date.now();
    const exitCode = await server.stop("SIGTERM");
    const tookMs = Date.now() - this.#stoppedAtMs;
    this.#outcome = await load.outcome;
    arena.addFaults(1);
    const subject = `stop ${this.#round}`;
    if (exitCode !== 0) {
      arena.complain([{ kind: "other", subject, detail: `ended with ${exitCode ?? "a signal"}:\n${server.printed}` }]);
    }
    if (tookMs > endsWithinMs) {
      arena.complain([{ kind: "other", subject, detail: `took ${Math.round(tookMs)} ms` }]);
    }
  }

  async judge(arena: Arena): Promise<void> {
    const server = await arena.start();
    const { turnedOutPresent } = await arena.observer.judge(server.url);
    await server.stop("SIGTERM");
    arena.complain(
      turnedOutPresent.map((subject) => ({ kind: "other", subject, detail: "was carried out, and never answered" })),
    );
    const { refusals = [], unknown = [] } = this.#outcome ?? {};
    const unserved = [...refusals, ...unknown.map((request) => ({ ...request, code: "a broken connection" }))];
    arena.complain(
      unserved
        .filter(({ sentAtMs }) => this.#stoppedAtMs - sentAtMs > acceptedAfterMs)
        .map(({ operation, code, sentAtMs }) => ({
          kind: "other",
          subject: operation,
          detail: `was sent ${this.#stoppedAtMs - sentAtMs} ms before the stop, and got ${code}`,
        })),
    );
  }
}
