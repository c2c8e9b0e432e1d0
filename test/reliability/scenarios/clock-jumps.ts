import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { ServerProcess } from "../../e2e/server-process.js";
import type { Arena } from "../arena.js";
import { builtHarness } from "../observer/observer.js";
import type { Scenario } from "../scenario.js";

const minuteMs = 60_000;
const jumpMs = 60 * minuteMs;
const usersOfWorld = 12;

/** The clock jumps an hour, forward and back, with restarts and kills around it, for sessions that outlast a jump and others. */
export class ClockJumpScenario implements Scenario {
  readonly #worlds: ClockWorld[] = [];
  #round = 0;

  async prepare(arena: Arena): Promise<void> {
    for (const timeoutMinutes of [30, 90]) {
      const world = new ClockWorld(arena, timeoutMinutes);
      this.#worlds.push(world);
      await world.start();
      await world.use(world.users);
    }
  }

  async fault(arena: Arena): Promise<void> {
    this.#round += 1;
    const world = this.#world();
    const { random } = arena;
    await world.use(world.users.filter(() => random.chance(0.5)));
    const jump = random.chance(0.75) ? jumpMs : -jumpMs;
    const end = random.pick(["none", "SIGTERM", "SIGKILL"] as const);
    if (end !== "none" && random.chance(0.5)) {
      await world.stop(end);
      await world.jump(jump);
      await world.start();
    } else {
      await world.jump(jump);
      // From here on the store knows of the jump, whatever becomes of the process.
      await world.use([random.pick(world.users)]);
      if (end !== "none") {
        await world.stop(end);
        await world.start();
      }
    }
    arena.addFaults(1);
  }

  async judge(arena: Arena): Promise<void> {
    const world = this.#world();
    await world.look(world.users.filter(() => arena.random.chance(0.5)));
  }

  #world(): ClockWorld {
    const world = this.#worlds[this.#round % this.#worlds.length];
    if (world === undefined) {
      throw new TypeError("There is no world before prepare() has made one.");
    }
    return world;
  }
}

/** A store whose sessions have one timeout, its server, and what the store's time has to be. */
class ClockWorld {
  readonly users: readonly string[];
  readonly #arena: Arena;
  readonly #timeoutMs: number;
  readonly #offsetFile: string;
  readonly #storePath: string;
  readonly #lastUsedAtMs = new Map<string, number>();
  #server: ServerProcess | undefined;
  #offsetMs = 0;
  /** By how much the store's time is ahead of real time: it never goes back. Right to the few seconds a restart takes. */
  #storeAheadMs = 0;
  #loads = 0;

  constructor(arena: Arena, timeoutMinutes: number) {
    this.users = Array.from({ length: usersOfWorld }, (_, index) => `user-${timeoutMinutes}-${index}`);
    this.#arena = arena;
    this.#timeoutMs = timeoutMinutes * minuteMs;
    this.#offsetFile = join(arena.folder, `clock-${timeoutMinutes}`);
    this.#storePath = join(arena.storeFolder, `timeout-${timeoutMinutes}.sqlite`);
    this.#writeOffset();
  }

  async start(): Promise<void> {
    const preload = pathToFileURL(`${builtHarness}preloads/shifted-clock.js`);
    preload.searchParams.set("file", this.#offsetFile);
    this.#server = await this.#arena.start({
      nodeArguments: ["--import", preload.href],
      overrides: {
        "general.store.path": this.#storePath,
        "general.per_user_workflow_timeout": String(this.#timeoutMs / 1_000),
        // What is over has to be out of sight without being swept.
        "general.per_user_workflow_cleanup_interval": "3600",
      },
    });
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    await this.#running().stop(signal);
    this.#server = undefined;
  }

  /** Sets the machine's clock; resolves when a running server reads the new time. */
  async jump(byMs: number): Promise<void> {
    this.#offsetMs += byMs;
    this.#storeAheadMs = Math.max(this.#storeAheadMs, this.#offsetMs);
    this.#writeOffset();
    while (this.#server !== undefined && !this.#isOffsetSeen()) {
      await pause(5);
    }
  }

  /** Writes operations of some users. */
  async use(users: readonly string[]): Promise<void> {
    if (users.length === 0) {
      return;
    }
    await this.look(users);
    this.#loads += 1;
    const load = this.#arena.observer.load({
      url: this.#running().url,
      seed: `${this.#timeoutMs / minuteMs}-${this.#loads}`,
      users: [...users],
      workers: 4,
      maxOperations: users.length * 2,
    });
    await load.outcome;
  }

  /** Reads users, which keeps their sessions alive as any use does, and judges what is there and what is gone. */
  async look(users: readonly string[]): Promise<void> {
    const nowMs = performance.now() + this.#storeAheadMs;
    const gone = users.filter((user) => nowMs - (this.#lastUsedAtMs.get(user) ?? nowMs) > this.#timeoutMs);
    await this.#arena.observer.noteSessionsOver(gone);
    await this.#arena.observer.judge(this.#running().url, users);
    for (const user of users) {
      this.#lastUsedAtMs.set(user, nowMs);
    }
  }

  #running(): ServerProcess {
    if (this.#server === undefined) {
      throw new TypeError("The server is down.");
    }
    return this.#server;
  }

  #isOffsetSeen(): boolean {
    const seen = `${this.#offsetFile}.seen`;
    return existsSync(seen) && readFileSync(seen, "utf8") === String(this.#offsetMs);
  }

  #writeOffset(): void {
    // Renamed into place, so that nobody reads half a number.
    writeFileSync(`${this.#offsetFile}.new`, String(this.#offsetMs));
    renameSync(`${this.#offsetFile}.new`, this.#offsetFile);
  }
}
