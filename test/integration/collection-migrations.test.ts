import {
  type CollectionItemMigration,
  definePerUserFunction,
  migrateFrom,
  type StateMigration,
  StoreError,
  z,
} from "@alcove/plugin-api";
import { openSqliteSessionStore, type SessionStore } from "@alcove/state";
import { describe, expect, it } from "vitest";
import { type Step, stepSchema, take } from "./support/collection-plugin.js";
import { FailingStore } from "./support/failing-store.js";
import { writePlugin } from "./support/in-code-plugin.js";
import { call, Workbench } from "./support/test-application.js";

const key = { application: "config", userId: "alice" };
const config = "workflow: { _type: pad }";
const version1 = z.object({ notes: z.array(z.string()) });
const intoCollection: StateMigration = migrateFrom(version1, ({ notes }, { append }) => {
  for (const item of notes) {
    append("notes", { version: 1, item });
  }
  return {};
});

/** The first release: notes in the state. */
function release1() {
  return definePerUserFunction({
    input: z.object({ steps: z.array(stepSchema) }),
    output: z.unknown(),
    state: { version: 1, schema: version1, initial: () => ({ notes: ["a", "b", "c"] }) },
    build:
      () =>
      (_input, { state }) =>
        state.notes.length,
  });
}

interface Release2 {
  readonly migrate?: StateMigration;
  readonly item?: z.ZodType;
  readonly version?: number;
  readonly migrations?: Readonly<Record<number, CollectionItemMigration>>;
}

/** The second one: notes in a collection. */
function release2({ migrate = intoCollection, item = z.string(), version = 1, migrations = {} }: Release2 = {}) {
  return definePerUserFunction({
    input: z.object({ steps: z.array(stepSchema) }),
    output: z.array(z.unknown()),
    state: { version: 2, schema: z.object({}), initial: () => ({}), migrations: { 2: migrate } },
    collections: { notes: { item, version, migrations } },
    build:
      () =>
      async ({ steps }, context) => {
        const results: unknown[] = [];
        for (const step of steps) {
          results.push((await take(context.collections.notes, step)) ?? null);
        }
        return results;
      },
  });
}

const all: Step = { do: "all" };
const append = (...items: unknown[]): Step => ({ do: "append", items });
type Ask = (...steps: Step[]) => Promise<unknown>;

/** Releases of one plugin, served one after the other on one store. */
class Releases implements AsyncDisposable {
  private constructor(readonly bench: Workbench) {}

  /** After release 1 has served alice once. */
  static async afterRelease1(): Promise<Releases> {
    const releases = new Releases(await Workbench.create([{ id: "released", functions: { pad: release1() } }]));
    await releases.serve(release1(), async (ask) => expect(await ask()).toBe(3));
    return releases;
  }

  async serve(
    pad: ReturnType<typeof release2>,
    use: (ask: Ask, store: FailingStore) => Promise<unknown>,
  ): Promise<void> {
    await writePlugin(this.bench.folder, { id: "released", functions: { pad } });
    const file = `${this.bench.folder}/sessions.sqlite`;
    const store = new FailingStore(await openSqliteSessionStore({ path: file, clock: this.bench.clock }));
    const { runtime, stop } = await this.bench.start(config, { store });
    try {
      await use((...steps) => call(runtime, "alice", { steps }), store);
    } finally {
      await stop();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.bench[Symbol.asyncDispose]();
  }
}

async function stored(store: SessionStore): Promise<unknown> {
  const session = await store.load(key);
  const records = await store.pageRecords(key, { prefix: "", direction: "forward", limit: 99 });
  return {
    revision: session?.revision,
    states: [...(session?.components.values() ?? [])],
    numbers: [...(session?.collections.values() ?? [])],
    items: records.map(({ value }) => value),
  };
}
const asRelease1 = { revision: 1, states: [{ version: 1, state: { notes: ["a", "b", "c"] } }], numbers: [], items: [] };
const items = (version: number, ...values: unknown[]) => values.map((item) => ({ version, item }));

describe("a migration of a state into a collection", () => {
  it("is seen by the run that wakes the session, and stored by its commit", async () => {
    await using releases = await Releases.afterRelease1();
    await releases.serve(release2(), async (ask, store) => {
      expect(await ask(all, append("d"))).toEqual([["a", "b", "c"], [4]]);
      expect(await stored(store)).toEqual({
        revision: 2,
        states: [{ version: 2, state: {} }],
        numbers: [{ first: 1, next: 5 }],
        items: items(1, "a", "b", "c", "d"),
      });
    });
    await releases.serve(release2(), async (ask) => expect(await ask(all)).toEqual([["a", "b", "c", "d"]]));
  });

  it("is stored also by a run that does not touch the collection", async () => {
    await using releases = await Releases.afterRelease1();
    await releases.serve(release2(), async (ask, store) => {
      await ask();
      expect(await stored(store)).toMatchObject({
        revision: 2,
        numbers: [{ first: 1, next: 4 }],
        items: items(1, "a", "b", "c"),
      });
      expect(await ask(append("d"), all)).toEqual([[4], ["a", "b", "c", "d"]]);
    });
  });

  it("waits for the next run when the first one fails, and is done anew after a restart: never twice", async () => {
    await using releases = await Releases.afterRelease1();
    let migrations = 0;
    const counted = release2({
      migrate: (state, context) => {
        migrations += 1;
        return intoCollection(state, context);
      },
    });
    await releases.serve(counted, async (ask, store) => {
      await expect(ask(append("lost"), { do: "fail" })).rejects.toMatchObject({ code: "workflow_error" });
      await expect(ask({ do: "clear" }, { do: "fail" })).rejects.toMatchObject({ code: "workflow_error" });
      expect([await stored(store), migrations]).toEqual([asRelease1, 1]);
    });
    await releases.serve(counted, async (ask, store) => {
      await expect(ask(all, { do: "fail" })).rejects.toMatchObject({ code: "workflow_error" });
      expect(await ask(all)).toEqual([["a", "b", "c"]]);
      expect([await stored(store), migrations]).toMatchObject([{ items: items(1, "a", "b", "c") }, 2]);
    });
    await releases.serve(counted, async (ask) => expect([await ask(all), migrations]).toEqual([[["a", "b", "c"]], 2]));
  });

  it.each([true, false])(
    "is there once, also when nobody knows whether it was stored (it was: %s)",
    async (wasStored) => {
      await using releases = await Releases.afterRelease1();
      await releases.serve(release2(), async (ask, store) => {
        store.interfere(async (commit) => {
          store.interfere(undefined);
          if (wasStored) {
            await commit();
          }
          throw new StoreError("OUTCOME_UNKNOWN", "The test says nothing.");
        });
        await expect(ask()).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
        expect(await ask(all, append("d"))).toEqual([["a", "b", "c"], [4]]);
      });
    },
  );

  it("can be dropped by the very run that wakes the session", async () => {
    await using releases = await Releases.afterRelease1();
    await releases.serve(release2(), async (ask, store) => {
      expect(await ask({ do: "truncate", keepLast: 1 }, append("d"), all)).toEqual([null, [4], ["c", "d"]]);
      expect(await stored(store)).toMatchObject({ numbers: [{ first: 3, next: 5 }], items: items(1, "c", "d") });
    });
  });

  it("may append items of an older version of the collection, which are brought to the declared one", async () => {
    await using releases = await Releases.afterRelease1();
    const item = z.object({ text: z.string() });
    const migrations = { 2: migrateFrom(z.string(), (text) => ({ text })) };
    await releases.serve(release2({ item, version: 2, migrations }), async (ask, store) => {
      expect(await ask(all)).toEqual([[{ text: "a" }, { text: "b" }, { text: "c" }]]);
      expect(await stored(store)).toMatchObject({ items: items(2, { text: "a" }, { text: "b" }, { text: "c" }) });
    });
  });

  it.each<[string, StateMigration]>([
    [
      "names no collection of the component",
      (_state, { append: add }) => {
        add("nots", { version: 1, item: "a" });
        return {};
      },
    ],
    [
      "appends what the schema refuses",
      (_state, { append: add }) => {
        add("notes", { version: 1, item: 7 });
        return {};
      },
    ],
    [
      "appends items of a version nobody has declared",
      (_state, { append: add }) => {
        add("notes", { version: 2, item: "a" });
        return {};
      },
    ],
    [
      "appends what JSON cannot hold",
      (_state, { append: add }) => {
        add("notes", { version: 1, item: undefined as never });
        return {};
      },
    ],
    [
      "fails after it has appended",
      (_state, { append: add }) => {
        add("notes", { version: 1, item: "a" });
        throw new RangeError("cannot be done");
      },
    ],
  ])("that %s fails its call, and changes nothing", async (_what, migrate) => {
    await using releases = await Releases.afterRelease1();
    await releases.serve(release2({ migrate }), async (ask, store) => {
      await expect(ask()).rejects.toMatchObject({ code: "STATE_MIGRATION_FAILED" });
      expect(await stored(store)).toEqual(asRelease1);
    });
    await releases.serve(release2(), async (ask) => expect(await ask(all)).toEqual([["a", "b", "c"]]));
  });

  it("appends nothing more once it has ended", async () => {
    await using releases = await Releases.afterRelease1();
    let late: (() => void) | undefined;
    const migrate: StateMigration = (_state, { append: add }) => {
      late = () => add("notes", { version: 1, item: "late" });
      return {};
    };
    await releases.serve(release2({ migrate }), async (ask) => {
      expect(await ask(all)).toEqual([[]]);
      expect(late).toThrow(expect.objectContaining({ code: "CALL_ENDED" }));
      expect(await ask(all)).toEqual([[]]);
    });
  });
});

describe("items of an older version", () => {
  const text = z.object({ text: z.string() });
  const toObject = migrateFrom(z.string(), (old) => ({ text: old }));
  const version2 = release2({ item: text, version: 2, migrations: { 2: toObject } });

  it("are migrated when they are read, and stay as they are stored", async () => {
    await using releases = await Releases.afterRelease1();
    await releases.serve(release2(), (ask) => ask());
    await releases.serve(version2, async (ask, store) => {
      expect(await ask(append({ text: "d" }), all, { do: "get", sequence: 2 })).toEqual([
        [4],
        [{ text: "a" }, { text: "b" }, { text: "c" }, { text: "d" }],
        { text: "b" },
      ]);
      expect(await stored(store)).toMatchObject({ items: [...items(1, "a", "b", "c"), ...items(2, { text: "d" })] });
    });
  });

  it("and newer ones: those are refused and kept, the others served, and appending goes on", async () => {
    await using releases = await Releases.afterRelease1();
    await releases.serve(version2, (ask) => ask());
    await releases.serve(release2(), async (ask) => {
      expect(await ask(append("d"), { do: "get", sequence: 4 }, { do: "count" })).toEqual([[4], "d", 4]);
      const refusal = {
        code: "STATE_VERSION_UNSUPPORTED",
        message: expect.stringContaining("item 3 of the collection notes"),
      };
      await expect(ask({ do: "page", direction: "backward", limit: 2 })).rejects.toMatchObject(refusal);
    });
    await releases.serve(version2, async (ask) => {
      expect(await ask(all)).toEqual([[{ text: "a" }, { text: "b" }, { text: "c" }, { text: "d" }]]);
    });
  });

  it.each<[string, CollectionItemMigration]>([
    [
      "throws",
      (old) => {
        if (old === "b") {
          throw new RangeError("cannot be done");
        }
        return { text: String(old) };
      },
    ],
    ["yields what the schema refuses", async (old) => ({ text: old === "b" ? 7 : String(old) })],
  ])("whose step %s are named, and the others are served", async (_what, step) => {
    await using releases = await Releases.afterRelease1();
    await releases.serve(release2(), (ask) => ask());
    await releases.serve(release2({ item: text, version: 2, migrations: { 2: step } }), async (ask) => {
      await expect(ask(all)).rejects.toMatchObject({
        code: "STATE_MIGRATION_FAILED",
        message: expect.stringContaining("item 2 of the collection notes"),
      });
      expect(await ask({ do: "page", direction: "backward", limit: 1 })).toMatchObject([
        { items: [{ item: { text: "c" } }] },
      ]);
    });
  });
});
