import type { Runtime } from "@alcove/runtime";
import type { SessionStore } from "@alcove/state";
import { describe, expect, it } from "vitest";
import { BreakableStore } from "./support/breakable-object-store.js";
import { type FilingInput, filingConfig, filingPlugin } from "./support/filing-plugin.js";
import { call, Workbench } from "./support/test-application.js";

const minuteMs = 60_000;
const timeoutMs = 30 * minuteMs;
const config = filingConfig("{ _type: breakable, operation_timeout: 100ms }");

async function workshop() {
  const files = new BreakableStore();
  const bench = await Workbench.create([filingPlugin, files.plugin]);
  return { files, bench, ...(await bench.start(config)) };
}

function put(runtime: Runtime, userId: string, more: Partial<FilingInput> = {}): Promise<unknown> {
  return call(runtime, userId, { action: "put", text: `of ${userId}`, ...more });
}

async function list(runtime: Runtime, userId: string): Promise<unknown> {
  return call(runtime, userId, { action: "list" });
}

function failMissing(): never {
  throw new TypeError("Nothing was put.");
}

const nothing = { result: { objects: [] } };
const oneNote = { result: { objects: [expect.objectContaining({ key: "note" })] } };

function forget(runtime: Runtime, store: SessionStore, userId: string): Promise<void> {
  const remove = async () => void (await store.remove({ application: "config", userId }));
  return runtime.sessions.endSession(userId, remove, 10_000);
}

describe("the objects of a session", () => {
  it("are removed with a session that is forgotten, and nobody else's are", async () => {
    const { files, bench, runtime, store } = await workshop();
    await using _ = bench;
    await put(runtime, "alice");
    await put(runtime, "alice", { key: "other" });
    await put(runtime, "bob");
    await put(runtime, "bob", { key: "common", shared: true });
    expect(files.keys()).toHaveLength(4);
    await forget(runtime, store, "alice");
    expect(files.keys()).toHaveLength(2);
    expect(await list(runtime, "alice")).toEqual(nothing);
    expect(await list(runtime, "bob")).toEqual(oneNote);
  });

  it("are removed when the session has expired, and not before", async () => {
    const { files, bench, runtime } = await workshop();
    await using _ = bench;
    await put(runtime, "alice");
    bench.clock.advance(timeoutMs - minuteMs);
    await list(runtime, "alice");
    bench.clock.advance(timeoutMs - minuteMs);
    await runtime.sweep();
    expect(files.keys()).toHaveLength(1);
    bench.clock.advance(minuteMs);
    await runtime.sweep();
    expect(files.keys()).toEqual([]);
  });

  it("are out of sight for a user who returns after that, before anything is removed", async () => {
    const { files, bench, runtime } = await workshop();
    await using _ = bench;
    await put(runtime, "alice");
    bench.clock.advance(timeoutMs);
    expect(await list(runtime, "alice")).toEqual(nothing);
    await put(runtime, "alice", { text: "new" });
    expect(files.keys()).toHaveLength(2);
    await runtime.sweep();
    expect(files.keys()).toHaveLength(1);
    expect(await call(runtime, "alice", { action: "get" })).toMatchObject({ result: { text: "new" } });
  });

  it("are found by the next process where a session ends while nothing runs", async () => {
    const { files, bench, runtime, stop } = await workshop();
    await using _ = bench;
    await put(runtime, "alice");
    await put(runtime, "bob", { shared: true });
    await stop();
    bench.clock.advance(timeoutMs);
    const next = await bench.start(config);
    await next.runtime.sweep();
    expect(files.keys()).toEqual(["config/shared/note"]);
  });

  it("are gone at once also where the store is down, and removed when it is back", async () => {
    const { files, bench, runtime, store } = await workshop();
    await using _ = bench;
    await put(runtime, "alice");
    files.mood = "down";
    await forget(runtime, store, "alice");
    await runtime.sweep();
    files.mood = "sound";
    expect(files.keys()).toHaveLength(1);
    expect(await list(runtime, "alice")).toEqual(nothing);
    await runtime.sweep();
    expect(files.keys()).toEqual([]);
  });

  it("keep nobody waiting where the store does not answer", async () => {
    const { files, bench, runtime, store, stop } = await workshop();
    await using _ = bench;
    await put(runtime, "alice");
    await put(runtime, "bob");
    await put(runtime, "carol");
    files.mood = "hanging";
    await forget(runtime, store, "alice");
    bench.clock.advance(timeoutMs);
    files.questions = 0;
    await runtime.sweep();
    expect(files.questions).toBe(1);
    expect(await store.count()).toBe(1);
    await stop();
    files.mood = "sound";
    const next = await bench.start(config);
    await next.runtime.sweep();
    expect(files.keys()).toEqual([]);
  });

  it("are removed where the session itself never came to be, because its first run failed", async () => {
    const { files, bench, runtime } = await workshop();
    await using _ = bench;
    await expect(put(runtime, "alice", { fails: true })).rejects.toMatchObject({ code: "workflow_error" });
    expect(await list(runtime, "alice")).toEqual(oneNote);
    await expect(put(runtime, "bob", { fails: true })).rejects.toMatchObject({ code: "workflow_error" });
    bench.clock.advance(timeoutMs - minuteMs);
    await list(runtime, "alice");
    bench.clock.advance(minuteMs);
    await runtime.sweep();
    expect(files.keys()).toHaveLength(1);
    expect(await list(runtime, "alice")).toEqual(oneNote);
  });

  it("are removed also where a store puts them late, after everybody has given up", async () => {
    const { files, bench, runtime, store } = await workshop();
    await using _ = bench;
    await put(runtime, "alice", { key: "first" });
    files.mood = "hanging";
    await expect(put(runtime, "alice")).rejects.toMatchObject({ code: "OBJECT_STORE_FAILED" });
    files.mood = "sound";
    await forget(runtime, store, "alice");
    expect(files.keys()).toEqual([]);
    await files.goOn();
    expect(files.keys()).toHaveLength(1);
    expect(await list(runtime, "alice")).toEqual(nothing);
    await runtime.sweep();
    expect(files.keys()).toEqual([]);
  });

  it("are removed also where another session's cannot be", async () => {
    const { files, bench, runtime } = await workshop();
    await using _ = bench;
    for (const userId of ["alice", "bob", "carol"]) {
      await put(runtime, userId);
    }
    const generationOf = (key: string): string => key.split("/")[3] ?? "";
    // Whoever comes first is in everybody's way.
    [files.lockedKey] = files.keys().sort((one, other) => (generationOf(one) < generationOf(other) ? -1 : 1));
    bench.clock.advance(timeoutMs);
    await runtime.sweep();
    expect(files.keys()).toHaveLength(3);
    await runtime.sweep();
    expect(files.keys()).toEqual([files.lockedKey]);
    files.lockedKey = undefined;
    await runtime.sweep();
    expect(files.keys()).toEqual([]);
  });

  it("are each deleted once, also where a store goes on showing them", async () => {
    const { files, bench, runtime, store } = await workshop();
    await using _ = bench;
    await put(runtime, "alice");
    const [[key, object] = failMissing()] = files.objects;
    for (let index = 0; index < 250; index += 1) {
      files.objects.set(`${key}-${index}`, object);
    }
    files.mood = "forgetful";
    files.questions = 0;
    await forget(runtime, store, "alice");
    expect(files.questions).toBe(251 + 3);
  });

  it("are removed also where a store puts one while they are being removed", async () => {
    const { files, bench, runtime, store } = await workshop();
    await using _ = bench;
    await put(runtime, "alice", { key: "first" });
    files.mood = "hanging";
    await expect(put(runtime, "alice")).rejects.toMatchObject({ code: "OBJECT_STORE_FAILED" });
    files.mood = "sound";
    files.afterList = () => files.goOn();
    await forget(runtime, store, "alice");
    files.afterList = undefined;
    expect(files.keys()).toHaveLength(1);
    await runtime.sweep();
    expect(files.keys()).toEqual([]);
  });

  it("are removed when the session has expired, though their user has begun another one and uses no objects in it", async () => {
    const { files, bench, runtime } = await workshop();
    await using _ = bench;
    await put(runtime, "alice");
    bench.clock.advance(timeoutMs);
    await call(runtime, "alice", { action: "list", shared: true });
    await runtime.sweep();
    expect(files.keys()).toEqual([]);
  });

  it("are kept while their store is not configured, and removed when it is again", async () => {
    const { files, bench, runtime, stop } = await workshop();
    await using _ = bench;
    await put(runtime, "alice");
    await stop();
    bench.clock.advance(timeoutMs);
    const renamed = [
      "object_stores: { other: { _type: breakable } }",
      "functions: { common: { _type: shared_filing, files: other } }",
      "workflow: { _type: user_filing, files: other }",
    ];
    const without = await bench.start(renamed.join("\n"));
    await without.runtime.sweep();
    await without.stop();
    expect(files.keys()).toHaveLength(1);
    const again = await bench.start(config);
    await again.runtime.sweep();
    expect(files.keys()).toEqual([]);
  });

  it("are removed with a session that another one takes the place of", async () => {
    const { files, bench, runtime } = await workshop();
    await using _ = bench;
    await put(runtime, "alice");
    await runtime.sessions.endSession("alice", async () => undefined, 10_000);
    expect(files.keys()).toEqual([]);
    expect(await list(runtime, "alice")).toEqual(nothing);
  });

  it("go on as they were when the store fails a call, with an error that says so", async () => {
    const { files, bench, runtime } = await workshop();
    await using _ = bench;
    await put(runtime, "alice");
    files.mood = "down";
    await expect(list(runtime, "alice")).rejects.toMatchObject({ code: "OBJECT_STORE_FAILED" });
    files.mood = "sound";
    expect(await list(runtime, "alice")).toEqual(oneNote);
  });
});
