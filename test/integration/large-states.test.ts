import path from "node:path";
import { definePerUserFunction, functionRef, z } from "@alcove/plugin-api";
import { openSqliteSessionStore, type SessionCommit } from "@alcove/state";
import { describe, expect, it } from "vitest";
import { FailingStore } from "./support/failing-store.js";
import { call, Workbench } from "./support/test-application.js";

const input = z.object({ characters: z.number().optional(), other: z.number().optional() });
const lengths = z.object({ own: z.number(), other: z.number() });
const text = z.object({ text: z.string() });

/** Two components whose states are set to texts of the wanted lengths; version 2 keeps but the text's first character. */
function pluginOfVersion(version: 1 | 2) {
  const state = {
    version,
    schema: text,
    initial: () => ({ text: "" }),
    ...(version === 2 && { migrations: { 2: (old: unknown) => ({ text: text.parse(old).text.slice(0, 1) }) } }),
  };
  return {
    id: "texts",
    functions: {
      other: definePerUserFunction({
        input: z.object({ characters: z.number().optional() }),
        output: z.object({ length: z.number() }),
        state: { version: 1, schema: text, initial: () => ({ text: "" }) },
        build:
          () =>
          ({ characters }, call) => {
            if (characters !== undefined) {
              call.state.text = "o".repeat(characters);
            }
            return { length: call.state.text.length };
          },
      }),
      own: definePerUserFunction({
        config: z.object({ other: functionRef({ output: z.object({ length: z.number() }) }) }),
        input,
        output: lengths,
        state,
        build:
          ({ config }) =>
          async ({ characters, other }, call) => {
            if (characters !== undefined) {
              call.state.text = "s".repeat(characters);
            }
            const { length } = await config.other.invoke(other === undefined ? {} : { characters: other }, call);
            return { own: call.state.text.length, other: length };
          },
      }),
    },
  };
}

const config = "functions: { other: { _type: other } }\nworkflow: { _type: own, other: other }";
const key = { application: "config", userId: "alice" };

async function startOn(bench: Workbench) {
  const inner = await openSqliteSessionStore({ path: path.join(bench.folder, "sessions.sqlite"), clock: bench.clock });
  const store = new FailingStore(inner);
  const commits: SessionCommit[] = [];
  store.interfere((commit, wanted) => {
    commits.push(wanted);
    return commit();
  });
  const started = await bench.start(config, { store });
  const stop = async () => {
    await started.stop();
    await inner.close();
  };
  /** In which revision each component changed, by the latest commit. */
  const changed = (): unknown[] =>
    Array.from(commits.at(-1)?.components.values() ?? [], ({ changedInRevision }) => changedInRevision).sort();
  return { inner, runtime: started.runtime, stop, commits, changed };
}

describe("states that are too large for the session's entry", () => {
  it("are committed as changed only when they changed, also after a restart and a refused commit", async () => {
    await using bench = await Workbench.create([pluginOfVersion(1)]);
    const first = await startOn(bench);
    await call(first.runtime, "alice", { characters: 9_000, other: 8_000 });
    expect(first.changed()).toEqual([1, 1]);
    await call(first.runtime, "alice", { characters: 9_001 });
    expect(first.changed()).toEqual([1, 2]);
    await call(first.runtime, "alice", {});
    expect(first.changed()).toEqual([1, 2]);
    expect(first.commits.at(-1)?.replaces).toBe(first.commits.at(-2)?.components);
    await first.stop();
    const second = await startOn(bench);
    expect(await call(second.runtime, "alice", { other: 8_001 })).toEqual({ own: 9_001, other: 8_001 });
    expect(second.changed()).toEqual([2, 4]);
    expect(await call(second.runtime, "alice", { characters: 3 })).toEqual({ own: 3, other: 8_001 });
    await second.stop();
    const third = await startOn(bench);
    expect(await call(third.runtime, "alice", {})).toEqual({ own: 3, other: 8_001 });
    expect(await third.inner.verify(() => undefined)).toMatchObject({ damaged: 0 });
    await third.stop();
  });

  it("are migrated and made small, and leave nothing behind", async () => {
    await using bench = await Workbench.create([pluginOfVersion(1)]);
    const first = await startOn(bench);
    await call(first.runtime, "alice", { characters: 9_000, other: 8_000 });
    const bytesBefore = (await first.inner.list({ limit: 1 }))[0]?.bytes;
    expect(bytesBefore).toBeGreaterThan(17_000);
    await first.stop();
    await using later = await Workbench.create([pluginOfVersion(2)]);
    const inner = await openSqliteSessionStore({
      path: path.join(bench.folder, "sessions.sqlite"),
      clock: bench.clock,
    });
    const { runtime, stop } = await later.start(config, { store: inner });
    expect(await call(runtime, "alice", {})).toEqual({ own: 1, other: 8_000 });
    expect(await call(runtime, "alice", {})).toEqual({ own: 1, other: 8_000 });
    const [listed] = await inner.list({ limit: 1 });
    expect(listed?.bytes).toBeLessThan(9_500);
    expect((await inner.load(key))?.revision).toBe(3);
    await stop();
    await inner.close();
  });
});
