import {
  definePerUserFunction,
  functionRef,
  type JsonValue,
  migrateFrom,
  type StateMigration,
  z,
} from "@alcove/plugin-api";
import type { SessionStore } from "@alcove/state";
import { describe, expect, it } from "vitest";
import { writePlugin } from "./support/in-code-plugin.js";
import { call, Workbench } from "./support/test-application.js";

const noteSchemas = {
  1: z.object({ text: z.string() }),
  2: z.object({ notes: z.array(z.string()) }),
  3: z.object({ notes: z.array(z.object({ text: z.string() })), total: z.number() }),
};
const noteMigrations: Record<number, StateMigration> = {
  2: migrateFrom(noteSchemas[1], ({ text }) => ({ notes: text.split(",") })),
  3: migrateFrom(noteSchemas[2], async ({ notes }) => ({
    notes: notes.map((text) => ({ text })),
    total: notes.length,
  })),
};

interface Release {
  /** The version of the notes' state. */
  readonly notes?: 1 | 2 | 3;
  readonly migrations?: Readonly<Record<number, StateMigration>>;
  /** The version of the counter's state: 1 counts under `count`, 2 under `total`. */
  readonly counter?: 1 | 2;
}

/** The plugin as one of its releases has it: notes, a counter, and a workflow that uses both. */
function release({ notes = 1, migrations = noteMigrations, counter = 1 }: Release) {
  const known = Object.fromEntries(Object.entries(migrations).filter(([version]) => Number(version) <= notes));
  const input = z.object({ fail: z.boolean().default(false), touch: z.boolean().default(true) });
  const field = counter === 1 ? "count" : "total";
  return {
    id: "released",
    functions: {
      notes: definePerUserFunction({
        input: z.object({}),
        output: z.string(),
        state: {
          version: notes,
          schema: noteSchemas[notes] as z.ZodType<object>,
          initial: () => [{ text: "a,b" }, { notes: ["a", "b"] }, { notes: [], total: 0 }][notes - 1] ?? {},
          migrations: known,
        },
        build: () => (_input, call) => JSON.stringify(call.state),
      }),
      counter: definePerUserFunction({
        config: z.object({ notes: functionRef({ input: z.object({}), output: z.string() }) }),
        input,
        output: z.object({ notes: z.string(), count: z.number() }),
        state: {
          version: counter,
          schema: z.record(z.string(), z.number()),
          initial: () => ({ [field]: 0 }),
          migrations:
            counter === 1 ? {} : { 2: migrateFrom(z.object({ count: z.number() }), ({ count }) => ({ total: count })) },
        },
        build:
          ({ config }) =>
          async ({ fail, touch }, call) => {
            if (touch) {
              call.state[field] = (call.state[field] ?? Number.NaN) + 1;
            }
            if (fail) {
              throw new RangeError("asked to fail");
            }
            return { notes: await config.notes.invoke({}, call), count: call.state[field] ?? -1 };
          },
      }),
    },
  };
}

const config = "functions:\n  notes: { _type: notes }\nworkflow: { _type: counter, notes: notes }\n";
const notesKey = "functions.notes:released/notes";
const counterKey = "workflow:released/counter";

/** One folder through several releases of the plugin. */
class Releases implements AsyncDisposable {
  readonly #bench: Workbench;

  private constructor(bench: Workbench) {
    this.#bench = bench;
  }

  /** A folder in which version 1 has served alice once. */
  static async afterVersion1(): Promise<Releases> {
    const releases = new Releases(await Workbench.create([release({})]));
    await releases.serve({}, ({ ask }) => ask());
    return releases;
  }

  async serve<Result>(
    which: Release,
    use: (at: {
      ask(input?: object, user?: string): Promise<unknown>;
      store: SessionStore;
      versions(): Promise<unknown>;
    }) => Promise<Result>,
  ): Promise<Result> {
    await writePlugin(this.#bench.folder, release(which));
    const { runtime, store, stop } = await this.#bench.start(config);
    try {
      return await use({
        store,
        ask: (input = {}, user = "alice") => call(runtime, user, input),
        async versions() {
          const stored = await store.load({ application: "config", userId: "alice" });
          return {
            notes: stored?.components.get(notesKey)?.version,
            counter: stored?.components.get(counterKey)?.version,
          };
        },
      });
    } finally {
      await stop();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#bench[Symbol.asyncDispose]();
  }
}

describe("a migration", () => {
  it("goes step by step, over several versions and components at once", async () => {
    await using releases = await Releases.afterVersion1();
    await releases.serve({ notes: 3, counter: 2 }, async ({ ask, versions }) => {
      expect(await ask()).toEqual({ notes: '{"notes":[{"text":"a"},{"text":"b"}],"total":2}', count: 2 });
      expect(await versions()).toEqual({ notes: 3, counter: 2 });
    });
  });

  it("is stored by the commit of the run that woke the session, also of states that run did not touch", async () => {
    await using releases = await Releases.afterVersion1();
    await releases.serve({ notes: 2 }, async ({ ask, versions }) => {
      await expect(ask({ fail: true })).rejects.toMatchObject({ code: "workflow_error" });
      expect(await versions()).toEqual({ notes: 1, counter: 1 });
      await ask({ touch: false });
      expect(await versions()).toEqual({ notes: 2, counter: 1 });
    });
    await releases.serve({ notes: 3 }, async ({ ask }) => {
      expect(await ask()).toMatchObject({ notes: '{"notes":[{"text":"a"},{"text":"b"}],"total":2}' });
    });
  });

  it.each<[string, StateMigration]>([
    [
      "throws",
      () => {
        throw new RangeError("cannot be done");
      },
    ],
    [
      "rejects",
      async () => {
        throw new RangeError("cannot be done");
      },
    ],
    ["yields what the schema refuses", () => ({ notes: "a" })],
    ["yields what JSON cannot hold", () => new Date(0) as unknown as JsonValue],
    ["yields nothing", () => undefined as unknown as JsonValue],
    ["does not recognise what it gets", migrateFrom(z.object({ other: z.string() }), () => ({ notes: [] }))],
  ])("that %s fails its call, changes nothing, and is tried again", async (_what, migrate) => {
    await using releases = await Releases.afterVersion1();
    let attempts = 0;
    const failing = {
      2: ((state, context) => {
        attempts += 1;
        return migrate(state, context);
      }) satisfies StateMigration,
    };
    await releases.serve({ notes: 2, migrations: failing }, async ({ ask, versions, store }) => {
      const before = await store.load({ application: "config", userId: "alice" });
      await expect(ask()).rejects.toMatchObject({
        code: "STATE_MIGRATION_FAILED",
        message: expect.stringContaining("notes"),
      });
      await expect(ask()).rejects.toMatchObject({ code: "STATE_MIGRATION_FAILED" });
      expect(attempts).toBe(2);
      expect(await store.load({ application: "config", userId: "alice" })).toEqual(before);
      expect(await versions()).toEqual({ notes: 1, counter: 1 });
      expect(await ask({}, "bob")).toMatchObject({ count: 1 });
    });
    await releases.serve({ notes: 2 }, async ({ ask }) => {
      expect(await ask()).toEqual({ notes: '{"notes":["a","b"]}', count: 2 });
    });
  });

  it("cannot spoil the stored state by changing what it is given", async () => {
    await using releases = await Releases.afterVersion1();
    let attempt = 0;
    const spoiling: StateMigration = (state) => {
      const text = String((state as { text: string }).text);
      Object.assign(state as object, { text: "spoiled" });
      attempt += 1;
      if (attempt === 1) {
        throw new RangeError("first attempt");
      }
      return { notes: [text] };
    };
    await releases.serve({ notes: 2, migrations: { 2: spoiling } }, async ({ ask }) => {
      await expect(ask()).rejects.toMatchObject({ code: "STATE_MIGRATION_FAILED" });
      expect(await ask()).toMatchObject({ notes: '{"notes":["a,b"]}' });
    });
  });

  it("is refused for a state that is newer, or too old for the first step, and the state is kept", async () => {
    await using releases = await Releases.afterVersion1();
    const onlyLast = { 3: noteMigrations[3] as StateMigration };
    await releases.serve({ notes: 3, migrations: onlyLast }, async ({ ask }) => {
      await expect(ask()).rejects.toMatchObject({
        code: "STATE_VERSION_UNSUPPORTED",
        message: expect.stringContaining("versions 2 to 3"),
      });
    });
    await releases.serve({ notes: 3 }, ({ ask }) => ask());
    await releases.serve({ notes: 2 }, async ({ ask, versions }) => {
      await expect(ask()).rejects.toMatchObject({ code: "STATE_VERSION_UNSUPPORTED" });
      expect(await versions()).toEqual({ notes: 3, counter: 1 });
    });
    expect(await releases.serve({ notes: 3 }, ({ ask }) => ask())).toMatchObject({ count: 3 });
  });
});
