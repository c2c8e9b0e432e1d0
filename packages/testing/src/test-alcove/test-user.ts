import type { JsonValue, z } from "@alcove/plugin-api";
import type { Application } from "alcove";
import { type callerInput, callerType } from "./caller-plugin.js";

/** A component's state as it is stored. */
export interface StoredState {
  /** The version it was stored in. */
  readonly version: number;
  /** The stored side of it, which is JSON. */
  readonly value: JsonValue;
}

/** Options of `TestUser.run` and `TestUser.stream`. */
export interface TestRunOptions {
  /** Gives the run up, as a client does that goes away: the function's signal aborts, and nothing is stored. */
  readonly signal?: AbortSignal;
}

/** What a {@link TestUser} acts on. */
export interface UserSurroundings {
  /** The application that runs at this moment. */
  application(): Application;
  /** Where it is served. @throws TypeError when it is not. */
  url(): string;
}

/** One user of a {@link TestAlcove}, as a client sees it. It stays good across restarts. */
export class TestUser {
  /** The value of the user's `nat-session` cookie. */
  readonly name: string;
  /** The user id functions see in `call.userId`. */
  readonly id: string;
  readonly #surroundings: UserSurroundings;

  /** Made by `TestAlcove.user`. */
  constructor(name: string, id: string, surroundings: UserSurroundings) {
    this.name = name;
    this.id = id;
    this.#surroundings = surroundings;
  }

  /**
   * Runs the workflow, and resolves to its output once everything it changed is durable.
   *
   * @param output A schema that checks and types the output, or `undefined`.
   * @throws what the run throws.
   */
  run(input: unknown, output?: undefined, options?: TestRunOptions): Promise<unknown>;
  /** As above; the output is checked and typed by the schema. */
  run<Schema extends z.ZodType>(input: unknown, output: Schema, options?: TestRunOptions): Promise<z.output<Schema>>;
  async run(input: unknown, output?: z.ZodType, { signal }: TestRunOptions = {}): Promise<unknown> {
    const session = this.#surroundings.application().runtime.sessions.session({ userId: this.id });
    try {
      const result = await session.run(input, { signal }).result();
      return output === undefined ? result : output.parse(result);
    } finally {
      session.close();
    }
  }

  /**
   * Calls a function of the configuration by its public name, e.g. `notepad` or `todo__add`, in a run of its own. What only streams
   * yields the list of its chunks. For configurations without a `workflow`.
   */
  call(functionName: string, input: unknown): Promise<unknown>;
  /** As above; the output is checked and typed by the schema. */
  call<Schema extends z.ZodType>(functionName: string, input: unknown, output: Schema): Promise<z.output<Schema>>;
  async call(functionName: string, input: unknown, output?: z.ZodType): Promise<unknown> {
    this.#assertCallable(functionName);
    const result = await this.run({ function: functionName, input });
    return output === undefined ? result : output.parse(result);
  }

  /** As {@link call}, in a run that fails after the call, so that nothing of it may be stored. Resolves when it has failed. */
  async callAndFail(functionName: string, input: unknown): Promise<void> {
    this.#assertCallable(functionName);
    const request: z.input<typeof callerInput> = { function: functionName, input, fails: true };
    const outcome = await this.run(request).then(
      () => "succeeded",
      () => "failed",
    );
    if (outcome === "succeeded") {
      throw new TypeError(`The run that called ${functionName} was to fail, and it succeeded.`);
    }
  }

  /** Runs the workflow and yields its chunks. @throws what the run throws. */
  async *stream(input: unknown, { signal }: TestRunOptions = {}): AsyncGenerator<unknown, void, undefined> {
    const session = this.#surroundings.application().runtime.sessions.session({ userId: this.id });
    try {
      yield* session.run(input, { signal }).stream();
    } finally {
      session.close();
    }
  }

  /** The stored states of the user's components, by the component's name; empty where there is no session. */
  async stored(): Promise<Readonly<Record<string, StoredState>>> {
    const { store, config } = this.#surroundings.application();
    const session = await store.describeSession({ application: config.general.application, userId: this.id });
    return Object.fromEntries(
      (session?.components ?? []).map(({ name, version, value }) => [name, { version, value }]),
    );
  }

  /** Takes the user's room out of memory, as happens to idle users. Resolves to whether it was there. */
  leaveMemory(): Promise<boolean> {
    return this.#surroundings.application().runtime.sessions.evict(this.id);
  }

  /** Sends an HTTP request with the user's cookie, where the application is served. `path` begins with `/`. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("cookie", `nat-session=${this.name}`);
    return fetch(new URL(path, this.#surroundings.url()), { ...init, headers });
  }

  #assertCallable(functionName: string): void {
    const { workflow } = this.#surroundings.application().config;
    if (workflow?.type !== callerType) {
      throw new TypeError(
        `${functionName} cannot be called by its name, because the configuration has a workflow: use run(), or leave the workflow out.`,
      );
    }
  }
}
