import path from "node:path";
import { definePerUserFunction, type StateMigration, StoreError, z } from "@alcove/plugin-api";
import type { Runtime } from "@alcove/runtime";
import { openSqliteSessionStore, type SessionStore } from "@alcove/state";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writePlugin } from "./support/in-code-plugin.js";
import { call, Workbench } from "./support/test-application.js";

const TIMEOUT_MS = 60_000;
const config = `
general: { per_user_workflow_timeout: 60, max_resident_users: 2, per_user_resident_idle: 10 }
workflow: { _type: journal }
`;

interface JournalState {
  count?: unknown;
  total?: unknown;
  log?: unknown;
}
interface Release {
  readonly version: 1 | 2 | 3;
  /** Whether the step to this version throws. */
  readonly isBroken: boolean;
}
type CommitFate = "kept" | "refused" | "unknown, lost" | "unknown, kept";

const schemas = {
  1: z.object({ count: z.number() }),
  2: z.object({ count: z.number(), log: z.array(z.string()) }),
  3: z.object({ total: z.number(), log: z.array(z.string()) }),
};
const initials: Readonly<Record<1 | 2 | 3, JournalState>> = {
  1: { count: 0 },
  2: { count: 0, log: [] },
  3: { total: 0, log: [] },
};

/** What the steps do, for plugin and model alike. */
function step(version: number, state: JournalState): JournalState {
  return version === 2
    ? { ...state, log: [`${state.count} before`] }
    : { total: state.count, log: [...(state.log as string[]), "renamed"] };
}

function added(version: number, state: JournalState, by: number): JournalState {
  const field = version === 3 ? "total" : "count";
  const log = version === 1 ? {} : { log: [...(state.log as string[]), `+${by}`] };
  return { ...state, [field]: (state[field] as number) + by, ...log };
}

function journal({ version, isBroken }: Release) {
  const migrations: Record<number, StateMigration> = {};
  for (let target = 2; target <= version; target += 1) {
    migrations[target] = (state) => {
      if (isBroken && target === version) {
        throw new RangeError("a broken step");
      }
      return step(target, state as JournalState) as ReturnType<StateMigration>;
    };
  }
  return {
    id: "journal",
    functions: {
      journal: definePerUserFunction({
        input: z.object({ action: z.enum(["add", "fail", "read", "spoil"]), by: z.number() }),
        output: z.unknown(),
        state: {
          version,
          schema: schemas[version] as z.ZodType<object>,
          initial: () => structuredClone(initials[version]) as object,
          migrations,
        },
        build:
          () =>
          async ({ action, by }, call) => {
            const state: JournalState = call.state;
            if (action !== "read") {
              Object.assign(state, added(version, current(state), by));
            }
            await Promise.resolve();
            if (action === "fail") {
              throw new RangeError("asked to fail");
            }
            const seen = current(state);
            if (action === "spoil") {
              state.log = new Date(0);
              state.count = "spoiled";
              state.total = "spoiled";
            }
            return seen;
          },
      }),
    },
  };
}

/** A plain copy of a draft. */
function current(state: object): JournalState {
  return JSON.parse(JSON.stringify(state)) as JournalState;
}

/** What the sessions ought to be, in the simplest terms. */
class Model {
  nowMs = 0;
  release: Release = { version: 1, isBroken: false };
  readonly #sessions = new Map<string, { version: number; state: JournalState; expiresAtMs: number }>();

  /** The outcome of a call: what it returns, or the code of its failure. */
  call(user: string, action: string, by: number, fate: CommitFate): unknown {
    const { version, isBroken } = this.release;
    const found = this.#sessions.get(user);
    const stored = found !== undefined && found.expiresAtMs > this.nowMs ? found : undefined;
    if (stored !== undefined && stored.version > version) {
      return "STATE_VERSION_UNSUPPORTED";
    }
    if (stored !== undefined && stored.version < version && isBroken) {
      return "STATE_MIGRATION_FAILED";
    }
    let state: JournalState = stored?.state ?? initials[version];
    for (let target = (stored?.version ?? version) + 1; target <= version; target += 1) {
      state = step(target, state);
    }
    if (action === "fail") {
      return "workflow_error";
    }
    if (action === "spoil") {
      return "STATE_INVALID";
    }
    const next = action === "add" ? added(version, state, by) : state;
    if (fate === "kept" || fate === "unknown, kept") {
      this.#sessions.set(user, { version, state: next, expiresAtMs: this.nowMs + TIMEOUT_MS });
    }
    return {
      kept: next,
      refused: "STORE_FAILED",
      "unknown, lost": "OUTCOME_UNKNOWN",
      "unknown, kept": "OUTCOME_UNKNOWN",
    }[fate];
  }
}

/** The real thing: an application on an SQLite file whose commits may be given a fate. */
class Application implements AsyncDisposable {
  readonly #bench: Workbench;
  #running: { runtime: Runtime; stop(): Promise<void> } | undefined;
  #fate: CommitFate = "kept";

  private constructor(bench: Workbench) {
    this.#bench = bench;
  }

  static async create(): Promise<Application> {
    const release: Release = { version: 1, isBroken: false };
    const application = new Application(await Workbench.create([journal(release)]));
    await application.restart(release);
    return application;
  }

  async restart(release: Release): Promise<void> {
    await this.#running?.stop();
    await writePlugin(this.#bench.folder, journal(release));
    const file = path.join(this.#bench.folder, "sessions.sqlite");
    const store = await openSqliteSessionStore({ path: file, clock: this.#bench.clock });
    this.#running = await this.#bench.start(config, { store: this.#withFates(store) });
  }

  async call(user: string, action: string, by: number, fate: CommitFate): Promise<unknown> {
    this.#fate = fate;
    try {
      return await call(this.#runtime, user, { action, by });
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      this.#fate = "kept";
    }
  }

  async advance(durationMs: number): Promise<void> {
    this.#bench.clock.advance(durationMs);
    await this.#runtime.sweep();
  }

  residents(): number {
    return this.#runtime.sessions.residents().length;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#bench[Symbol.asyncDispose]();
  }

  get #runtime(): Runtime {
    if (this.#running === undefined) {
      throw new TypeError("The application was not started.");
    }
    return this.#running.runtime;
  }

  #withFates(store: SessionStore): SessionStore {
    return {
      promises: store.promises,
      place: store.place,
      nowMs: () => store.nowMs(),
      load: (key) => store.load(key),
      readRecord: (key, name) => store.readRecord(key, name),
      pageRecords: (key, page) => store.pageRecords(key, page),
      remove: (key) => store.remove(key),
      sweep: (limit, inUse) => store.sweep(limit, inUse),
      count: () => store.count(),
      close: () => store.close(),
      commit: async (commit) => {
        const fate = this.#fate;
        if (fate === "refused") {
          throw new StoreError("STORE_FAILED", "The test refuses it.");
        }
        if (fate !== "unknown, lost") {
          await store.commit(commit);
        }
        if (fate !== "kept") {
          throw new StoreError("OUTCOME_UNKNOWN", "The test says nothing.");
        }
      },
    };
  }
}

type Event =
  | { what: "call"; user: string; action: string; by: number; fate: CommitFate }
  | { what: "crowd"; users: string[] }
  | { what: "restart"; release: Release }
  | { what: "advance"; durationMs: number };

const user = fc.constantFrom("alice", "bob", "carol", "dave", "eve");
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      what: fc.constant("call" as const),
      user,
      action: fc.oneof({ weight: 4, arbitrary: fc.constant("add") }, fc.constantFrom("fail", "read", "spoil")),
      by: fc.integer({ min: 1, max: 9 }),
      fate: fc.oneof(
        { weight: 5, arbitrary: fc.constant<CommitFate>("kept") },
        fc.constantFrom<CommitFate>("refused", "unknown, lost", "unknown, kept"),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant("crowd" as const), users: fc.array(user, { maxLength: 12 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("restart" as const),
      release: fc.record({
        version: fc.constantFrom<1 | 2 | 3>(1, 2, 3),
        isBroken: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
      }),
    }),
  },
  {
    weight: 2,
    // Around the time after which the idle leave memory, and around the sessions' timeout.
    arbitrary: fc.record({
      what: fc.constant("advance" as const),
      durationMs: fc.constantFrom(1, 10_000, 59_999, 60_000),
    }),
  },
);

async function happen(next: Event, application: Application, model: Model): Promise<void> {
  switch (next.what) {
    case "call": {
      const { user: who, action, by, fate } = next;
      expect(await application.call(who, action, by, fate)).toEqual(model.call(who, action, by, fate));
      expect(application.residents()).toBeLessThanOrEqual(2);
      return;
    }
    case "crowd": {
      const outcomes = await Promise.all(next.users.map((who) => application.call(who, "add", 1, "kept")));
      expect(outcomes).toEqual(next.users.map((who) => model.call(who, "add", 1, "kept")));
      expect(application.residents()).toBeLessThanOrEqual(2);
      return;
    }
    case "restart":
      await application.restart(next.release);
      model.release = next.release;
      return;
    case "advance":
      await application.advance(next.durationMs);
      model.nowMs += next.durationMs;
  }
}

describe("any history", () => {
  it("of calls, failures, evictions, expiries, upgrades and restarts is what a simple model says", {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 50 }), async (events) => {
        await using application = await Application.create();
        const model = new Model();
        for (const next of events) {
          await happen(next, application, model);
        }
        for (const who of ["alice", "bob", "carol", "dave", "eve"]) {
          expect(await application.call(who, "read", 0, "kept")).toEqual(model.call(who, "read", 0, "kept"));
        }
      }),
      { numRuns: 40 },
    );
  });
});
