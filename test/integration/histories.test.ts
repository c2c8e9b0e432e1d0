import path from "node:path";
import { StoreError } from "@alcove/plugin-api";
import type { Runtime } from "@alcove/runtime";
import { openSqliteSessionStore, type SessionStore } from "@alcove/state";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writePlugin } from "./support/in-code-plugin.js";
import { type CommitFate, Model } from "./support/journal-model.js";
import { journal, type Release } from "./support/journal-plugin.js";
import { call, Workbench } from "./support/test-application.js";

const config = `
general: { per_user_workflow_timeout: 60, max_resident_users: 2, per_user_resident_idle: 10 }
workflow: { _type: journal }
`;

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
      figures: store.figures,
      nowMs: () => store.nowMs(),
      checkWritable: () => store.checkWritable(),
      load: (key) => store.load(key),
      changeRecords: (...change) => store.changeRecords(...change),
      pageSignposts: (page) => store.pageSignposts(page),
      readRecord: (key, name) => store.readRecord(key, name),
      pageRecords: (key, page) => store.pageRecords(key, page),
      pageRecordNames: (key, page) => store.pageRecordNames(key, page),
      measure: (key, of) => store.measure(key, of),
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
