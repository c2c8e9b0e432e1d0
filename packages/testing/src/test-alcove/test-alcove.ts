import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scope, z } from "@alcove/plugin-api";
import type { FunctionPlan, HandleWatch, IntermediateStep } from "@alcove/runtime";
import type { Application } from "alcove";
import { createFakeClock, type FakeClock } from "../fake-clock.js";
import { keepLog, type LoggedLine } from "./kept-log.js";
import { type TestedApplication, writeTestConfiguration } from "./test-configuration.js";
import { TestUser } from "./test-user.js";

/** Options of {@link startTestAlcove}. */
export interface TestAlcoveOptions extends TestedApplication {
  /** Whether it is served over HTTP too, on a free port of 127.0.0.1. Not if left out. */
  readonly isServed?: boolean;
  /** The time to begin with; a clock of its own, at a fixed moment in November 2026, if left out. */
  readonly clock?: FakeClock;
  /** Notes what plugins open, so that it can be told what they leave open; see `watchHandles` of `alcove`. */
  readonly handles?: HandleWatch;
}

/** A function of the configuration. */
export interface TestedFunction {
  /** Its public name: `notepad`, or `todo__add` for a member of a group. */
  readonly name: string;
  /** The component that offers it, by its name in the configuration. */
  readonly component: string;
  /** Whether it is shared, or the user's own. */
  readonly scope: Scope;
  /** What a call takes. */
  readonly inputSchema: z.ZodType;
}

// Loaded when it is first needed, so that a test of a clock or a collection does not wait for a server.
const loadAlcove = () => import("alcove");
const loadServer = () => import("@alcove/server");

/** The real thing in this process: real plugins, a real SQLite file in a temporary folder, and only the clock is made up. */
export class TestAlcove implements AsyncDisposable {
  /** The time functions, sessions and the store go by. It stands still unless it is told to move. */
  readonly clock: FakeClock;
  /** What was logged since the first start, at all levels. */
  readonly log: readonly LoggedLine[];
  /** The steps of all runs since the first start, in their order; see `IntermediateStep` of `@alcove/runtime`. */
  readonly events: readonly IntermediateStep[];
  readonly #folder: string;
  readonly #userIdOf: (name: string) => string;
  readonly #lines: LoggedLine[] = [];
  readonly #steps: IntermediateStep[] = [];
  #options: TestAlcoveOptions;
  #application: Application | undefined;
  #url: string | undefined;
  #functions: readonly TestedFunction[] = [];

  private constructor(folder: string, options: TestAlcoveOptions, userIdOf: (name: string) => string) {
    this.#folder = folder;
    this.#options = options;
    this.#userIdOf = userIdOf;
    this.clock = options.clock ?? createFakeClock();
    this.log = this.#lines;
    this.events = this.#steps;
  }

  /** See {@link startTestAlcove}. */
  static async start(options: TestAlcoveOptions): Promise<TestAlcove> {
    const { userIdOf } = await loadServer();
    const folder = await mkdtemp(join(tmpdir(), "alcove-test-"));
    const alcove = new TestAlcove(folder, options, userIdOf);
    try {
      await alcove.#start();
      return alcove;
    } catch (error) {
      await alcove.close();
      throw error;
    }
  }

  /** The running application itself, for what this class does not show. */
  get application(): Application {
    if (this.#application === undefined) {
      throw new TypeError("This test Alcove is closed.");
    }
    return this.#application;
  }

  /** The functions that are configured, the workflow left out. */
  get functions(): readonly TestedFunction[] {
    return this.#functions;
  }

  /** Where it is served, e.g. `http://127.0.0.1:41235`. @throws TypeError where it is not. */
  get url(): string {
    if (this.#url === undefined) {
      throw new TypeError("This test Alcove is not served: start it with isServed: true.");
    }
    return this.#url;
  }

  /** A user by the value of the `nat-session` cookie; the same name is the same user. */
  user(name: string): TestUser {
    return new TestUser(name, this.#userIdOf(name), { application: () => this.application, url: () => this.url });
  }

  /** Lets time pass, and removes the sessions that have expired. Resolves to how many those were. */
  async letPass(durationMs: number): Promise<number> {
    this.clock.advance(durationMs);
    return this.application.runtime.sweep();
  }

  /**
   * Closes the application and starts it again on the same sessions; with changes, on another configuration or other
   * releases of the plugins. Modules stay loaded, as everything does that lives as long as this process.
   *
   * @throws StartupRefusedError with every problem.
   */
  async restart(changes: TestedApplication = {}): Promise<void> {
    await this.#stop();
    this.#options = { ...this.#options, ...changes };
    await this.#start();
  }

  /** Closes the application and removes its folder. Idempotent. */
  async close(): Promise<void> {
    try {
      await this.#stop();
    } finally {
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  async #start(): Promise<void> {
    const { Application, prepareApplication, soundApplication } = await loadAlcove();
    const { isServed = false, handles } = this.#options;
    const configuration = await writeTestConfiguration(this.#folder, this.#options);
    const sound = soundApplication(await prepareApplication({ ...configuration, isServed }));
    this.#functions = sound.plan.functions
      .filter(({ component }) => component.section !== "workflow" && component.section !== "http_routes")
      .map(testedFunction);
    const surroundings = { clock: this.clock, logger: keepLog(this.#lines), purpose: "a test", handles };
    this.#application = await Application.start(sound, surroundings);
    this.#application.runtime.events.subscribe((step) => this.#steps.push(step));
    if (isServed) {
      this.#url = (await this.#application.listen()).address;
    }
  }

  async #stop(): Promise<void> {
    const application = this.#application;
    this.#application = undefined;
    this.#url = undefined;
    await application?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function testedFunction({ name, component, schemas }: FunctionPlan): TestedFunction {
  return { name, component: component.name, scope: component.scope, inputSchema: schemas.input };
}

/**
 * Starts Alcove in this process, with plugins under test. Close it, or declare it with `await using`.
 *
 * @throws StartupRefusedError with every problem of the configuration and the plugins, each with its remedy; TypeError when the
 * options contradict each other.
 */
export function startTestAlcove(options: TestAlcoveOptions): Promise<TestAlcove> {
  return TestAlcove.start(options);
}
