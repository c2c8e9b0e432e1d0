import type { ServerProcess } from "../../e2e/server-process.js";
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
/** How long clients wait for the next process; a start that takes longer is a failed one. */
const outlastsMs = 60_000;

/**
 * Rolling restarts under a load that goes on: on SIGTERM what was accepted is answered, what comes later is refused
 * cleanly, the process ends with 0, and the next one, on the same store and port, serves what is sent again.
 */
export class DrainScenario implements Scenario {
  #server: ServerProcess | undefined;
  #round = 0;

  async prepare(arena: Arena): Promise<void> {
    this.#server = await arena.start();
  }

  async fault(arena: Arena): Promise<void> {
    const { random, observer } = arena;
    const server = this.#server ?? (await arena.start());
    this.#round += 1;
    const load = observer.load({
      url: server.url,
      seed: `${this.#round}`,
      users,
      workers,
      reportAfterReplies: random.between(1, repliesAtMost),
      longestRunMs,
      outlastsMs,
      expectedCodes: ["SHUTTING_DOWN"],
    });
    await load.replyCountReached;
    let repliesOfTheNext = 0;
    let gap = { stoppedAtMs: 0, servedAgainAtMs: 0 };
    try {
      gap = await this.#restart(arena, server);
      repliesOfTheNext = random.between(1, repliesAtMost);
    } finally {
      await observer.stopLoad(repliesOfTheNext);
    }
    complainOfOutcome(arena, await load.outcome, gap);
    arena.addFaults(1);
  }

  async judge(arena: Arena): Promise<void> {
    const { url } = this.#server ?? (await arena.start());
    const { turnedOutPresent } = await arena.observer.judge(url);
    complainOf(arena, turnedOutPresent, "was carried out, and never answered");
  }

  async #restart(arena: Arena, server: ServerProcess): Promise<{ stoppedAtMs: number; servedAgainAtMs: number }> {
    const stoppedAtMs = Date.now();
    const exitCode = await server.stop("SIGTERM");
    const tookMs = Date.now() - stoppedAtMs;
    const subject = `stop ${this.#round}`;
    if (exitCode !== 0) {
      complainOf(arena, [subject], `ended with ${exitCode ?? "a signal"}:\n${server.printed}`);
    }
    if (tookMs > endsWithinMs) {
      complainOf(arena, [subject], `took ${Math.round(tookMs)} ms`);
    }
    this.#server = undefined;
    this.#server = await arena.start({ port: Number(new URL(server.url).port) });
    return { stoppedAtMs, servedAgainAtMs: Date.now() };
  }
}

/** Only around the gap between two processes may anything not be served, and then it was not begun either. */
function complainOfOutcome(
  arena: Arena,
  outcome: LoadOutcome,
  { stoppedAtMs, servedAgainAtMs }: { readonly stoppedAtMs: number; readonly servedAgainAtMs: number },
): void {
  const { refusals, unknown, halfReplies, carriedOutUnheard, servedByRetry } = outcome;
  for (const { operation, code, sentAtMs } of [
    ...refusals,
    ...unknown.map((request) => ({ ...request, code: "a broken connection" })),
  ]) {
    if (stoppedAtMs - sentAtMs > acceptedAfterMs) {
      complainOf(arena, [operation], `was sent ${stoppedAtMs - sentAtMs} ms before the stop, and got ${code}`);
    }
    if (sentAtMs > servedAgainAtMs) {
      complainOf(arena, [operation], `was sent when the next process had answered already, and got ${code}`);
    }
  }
  complainOf(arena, halfReplies, "got half a reply");
  complainOf(arena, carriedOutUnheard, "was carried out, and found so by a retry alone");
  complainOf(arena, servedByRetry === 0 ? ["the retries"] : [], "were none, so that nothing was shown of them");
}

function complainOf(arena: Arena, subjects: readonly string[], detail: string): void {
  arena.complain(subjects.map((subject) => ({ kind: "other", subject, detail })));
}
