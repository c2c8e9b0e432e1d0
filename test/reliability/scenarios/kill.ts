import { setTimeout as pause } from "node:timers/promises";
import type { ServerProcess } from "../../e2e/server-process.js";
import type { Arena } from "../arena.js";
import type { Scenario } from "../scenario.js";

const usersAtATime = 48;
const workers = 32;
const repliesAtMost = 500;
/** Sessions grow with every operation, so that after so many kills other users take over. */
const killsPerGeneration = 20;
const startsKilled = 0.15;

/** kill -9 at any moment: in the middle of a load, of the sweeper's work, of moving the log, and of a start. */
export class KillScenario implements Scenario {
  #server: ServerProcess | undefined;
  #startTakesMs = 0;
  #round = 0;

  async prepare(arena: Arena): Promise<void> {
    await this.#start(arena);
  }

  async fault(arena: Arena): Promise<void> {
    const server = this.#server ?? (await this.#start(arena));
    const { random, observer } = arena;
    this.#round += 1;
    const load = observer.load({
      url: server.url,
      seed: `${this.#round}`,
      users: this.#users(),
      workers,
      reportAfterReplies: random.between(0, repliesAtMost),
    });
    await load.replyCountReached;
    await pause(random.between(0, 4));
    await server.stop("SIGKILL");
    arena.addFaults(1);
    await load.outcome;
    while (random.chance(startsKilled)) {
      await this.#killStart(arena);
    }
  }

  async judge(arena: Arena): Promise<void> {
    const server = await this.#start(arena);
    const isLastOfGeneration = this.#round % killsPerGeneration === 0;
    await arena.observer.judge(server.url, isLastOfGeneration ? undefined : this.#users());
    await arena.observer.retry(server.url);
  }

  async #start(arena: Arena): Promise<ServerProcess> {
    const startedAtMs = performance.now();
    this.#server = await arena.start();
    this.#startTakesMs = performance.now() - startedAtMs;
    return this.#server;
  }

  async #killStart(arena: Arena): Promise<void> {
    const diesAfterMs = arena.random.between(0, Math.ceil(this.#startTakesMs));
    const starting = arena.start({
      onSpawn: (child) => {
        setTimeout(() => child.kill("SIGKILL"), diesAfterMs);
      },
    });
    await starting.then(
      (server) => server.stop("SIGKILL"),
      () => undefined,
    );
    arena.addFaults(1);
  }

  #users(): string[] {
    const generation = Math.floor((this.#round - 1) / killsPerGeneration);
    return Array.from({ length: usersAtATime }, (_, index) => `user-${generation}-${index}`);
  }
}
