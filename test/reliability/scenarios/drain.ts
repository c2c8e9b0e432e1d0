import type { Arena } from "../arena.js";
import type { LoadOutcome } from "../observer/messages.js";
import type { Scenario } from "../scenario.js";

const users = Array.from({ length: 24 }, (_, index) => `user-${index}`);
const workers = 16;
const repliesAtMost = 200;
/** Some runs take this long; they are to be waited for. */
const longestRunMs = 800;
/** A request that is refused because the server stops has to be refused at once, not after it was worked on for a while. */
const refusedWithinMs = 500;
const endsWithinMs = 12_000;

/** SIGTERM under load: what was accepted is answered, what comes later is refused cleanly, and the process ends with 0. */
export class DrainScenario implements Scenario {
  #round = 0;
  #outcome: LoadOutcome | undefined;

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
    const askedAtMs = performance.now();
    const exitCode = await server.stop("SIGTERM");
    const tookMs = performance.now() - askedAtMs;
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
    const late = this.#outcome?.refusals.filter(
      ({ code, afterMs }) => code === "SHUTTING_DOWN" && afterMs > refusedWithinMs,
    );
    arena.complain(
      (late ?? []).map(({ operation, afterMs }) => ({
        kind: "other",
        subject: operation,
        detail: `was refused with SHUTTING_DOWN after ${Math.round(afterMs)} ms, instead of being waited for`,
      })),
    );
  }
}
