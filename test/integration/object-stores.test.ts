import { type CallContext, definePerUserFunction, type ObjectStoreHandle, objectStoreRef, z } from "@alcove/plugin-api";
import type { Runtime } from "@alcove/runtime";
import { describe, expect, it } from "vitest";
import { type FilingInput, filingConfig, filingPlugin, grasping } from "./support/filing-plugin.js";
import { call, Workbench } from "./support/test-application.js";

const resultSchema = z.object({ result: z.unknown() });
const listSchema = z.object({ objects: z.array(z.object({ key: z.string() })), next: z.string().optional() });

async function ask(runtime: Runtime, userId: string, input: FilingInput): Promise<unknown> {
  return resultSchema.parse(await call(runtime, userId, input)).result;
}

async function keysOf(runtime: Runtime, userId: string, options: object = {}, shared = false): Promise<string[]> {
  const page = listSchema.parse(await ask(runtime, userId, { action: "list", options: { ...options }, shared }));
  return page.objects.map(({ key }) => key);
}

describe("objects of a per-user function", () => {
  it("come back as they were put, page by page, until they are deleted", async () => {
    await using bench = await Workbench.create([filingPlugin]);
    const { runtime } = await bench.start(filingConfig());
    const options = { contentType: "text/plain", metadata: { kind: "Größe" } };
    await ask(runtime, "alice", { action: "put", key: "Reports/é 1.txt", text: "ä", options });
    const facts = { key: "Reports/é 1.txt", size: 2, modifiedAtMs: bench.clock.nowMs(), ...options };
    expect(await ask(runtime, "alice", { action: "get", key: "Reports/é 1.txt" })).toEqual({ ...facts, text: "ä" });
    expect(await ask(runtime, "alice", { action: "stat", key: "Reports/é 1.txt" })).toEqual(facts);
    for (const key of ["a", "b/1", "b/2"]) {
      await ask(runtime, "alice", { action: "put", key, text: key });
    }
    expect(await keysOf(runtime, "alice", { prefix: "b" })).toEqual(["b/1", "b/2"]);
    expect(await keysOf(runtime, "alice", { prefix: "Reports/é" })).toEqual(["Reports/é 1.txt"]);
    const first = listSchema.parse(await ask(runtime, "alice", { action: "list", options: { limit: 3 } }));
    expect(first.objects).toHaveLength(3);
    const rest = await keysOf(runtime, "alice", { limit: 3, after: first.next });
    expect([...first.objects.map(({ key }) => key), ...rest].sort()).toEqual(["Reports/é 1.txt", "a", "b/1", "b/2"]);
    await ask(runtime, "alice", { action: "delete", key: "a" });
    expect(await ask(runtime, "alice", { action: "stat", key: "a" })).toBeNull();
  });

  it("are the user's own, and neither others nor shared functions see them", async () => {
    await using bench = await Workbench.create([filingPlugin]);
    const { runtime } = await bench.start(filingConfig());
    await ask(runtime, "alice", { action: "put", text: "alice's" });
    await ask(runtime, "bob", { action: "put", text: "bob's" });
    await ask(runtime, "bob", { action: "put", text: "everybody's", shared: true });
    expect(await ask(runtime, "alice", { action: "get" })).toMatchObject({ text: "alice's" });
    expect(await ask(runtime, "bob", { action: "get" })).toMatchObject({ text: "bob's" });
    expect(await ask(runtime, "alice", { action: "get", shared: true })).toMatchObject({ text: "everybody's" });
    await ask(runtime, "alice", { action: "delete", shared: true });
    expect(await keysOf(runtime, "bob")).toEqual(["note"]);
    expect(await keysOf(runtime, "bob", {}, true)).toEqual([]);
  });

  it.each([
    "",
    "/",
    "/etc/passwd",
    "..",
    "../bob",
    "a/../../b",
    "a/./b",
    "a//b",
    "a/",
    "a\0b",
    "a\nb",
    "a\\..\\b",
    "\ud800",
    "é".repeat(129),
  ])("cannot have the key %j", async (key) => {
    await using bench = await Workbench.create([filingPlugin]);
    const { runtime } = await bench.start(filingConfig());
    for (const action of ["put", "get", "stat", "delete"] as const) {
      await expect(ask(runtime, "alice", { action, key })).rejects.toMatchObject({ code: "OBJECT_KEY_INVALID" });
    }
    const list = ask(runtime, "alice", { action: "list", options: { after: key } });
    await expect(list).rejects.toMatchObject({ code: "OBJECT_KEY_INVALID" });
  });

  it("take keys by their characters: what looks like a way out, or like another key, is a key of its own", async () => {
    await using bench = await Workbench.create([filingPlugin]);
    const { runtime } = await bench.start(filingConfig());
    const keys = ["%2e%2e%2fbob", "..%2f", "é", "e\u0301", "A", "a", "...", "~", "CON", "=2e", "k".repeat(256)];
    for (const key of keys) {
      await ask(runtime, "alice", { action: "put", key, text: `of ${key}` });
    }
    for (const key of keys) {
      expect(await ask(runtime, "alice", { action: "get", key })).toMatchObject({ key, text: `of ${key}` });
    }
    expect((await keysOf(runtime, "alice")).sort()).toEqual([...keys].sort());
    expect(await keysOf(runtime, "bob")).toEqual([]);
  });

  it("are held to the limits of the store, and to what objects may be", async () => {
    await using bench = await Workbench.create([filingPlugin]);
    const { runtime } = await bench.start(filingConfig("{ _type: in_memory, max_object_bytes: 10 }"));
    const put = (text: string, options: Record<string, unknown> = {}) =>
      ask(runtime, "alice", { action: "put", text, options });
    await put("1234567890");
    await expect(put("12345678901")).rejects.toMatchObject({
      code: "OBJECT_TOO_LARGE",
      message: "The object has 11 bytes, and the limit is 10 (object_stores.files.max_object_bytes). Nothing was put.",
    });
    await expect(put("", { contentType: "text" })).rejects.toMatchObject({ code: "OBJECT_INVALID" });
    await expect(put("", { contentType: "text/plain\r\nx: y" })).rejects.toMatchObject({ code: "OBJECT_INVALID" });
    await expect(put("", { metadata: { Kind: "x" } })).rejects.toMatchObject({ code: "OBJECT_INVALID" });
    await expect(put("", { metadata: { kind: "a\r\nb" } })).rejects.toMatchObject({ code: "OBJECT_INVALID" });
    await expect(put("", { metadata: { kind: "x".repeat(509) } })).rejects.toMatchObject({ code: "OBJECT_INVALID" });
    await expect(ask(runtime, "alice", { action: "list", options: { limit: 0 } })).rejects.toMatchObject({
      code: "OBJECT_INVALID",
    });
    expect(await ask(runtime, "alice", { action: "get" })).toMatchObject({ text: "1234567890" });
  });

  it("say by codes that they are not there, or there already", async () => {
    await using bench = await Workbench.create([filingPlugin]);
    const { runtime } = await bench.start(filingConfig());
    await expect(ask(runtime, "alice", { action: "get" })).rejects.toMatchObject({ code: "OBJECT_NOT_FOUND" });
    await ask(runtime, "alice", { action: "put", text: "first", options: { ifAbsent: true } });
    const second = ask(runtime, "alice", { action: "put", text: "second", options: { ifAbsent: true } });
    await expect(second).rejects.toMatchObject({ code: "OBJECT_ALREADY_EXISTS" });
    expect(await ask(runtime, "alice", { action: "get" })).toMatchObject({ text: "first" });
    await ask(runtime, "bob", { action: "put", text: "bob's first", options: { ifAbsent: true } });
  });

  it("stay as they are when the run that put them fails, since they are no part of its commit", async () => {
    await using bench = await Workbench.create([filingPlugin]);
    const { runtime, store } = await bench.start(filingConfig());
    await ask(runtime, "alice", { action: "put", key: "before", text: "1" });
    const failing = ask(runtime, "alice", { action: "put", key: "in a failed run", text: "2", fails: true });
    await expect(failing).rejects.toMatchObject({ code: "workflow_error" });
    expect(await keysOf(runtime, "alice")).toEqual(["before", "in a failed run"]);
    const session = await store.load({ application: "config", userId: "alice" });
    expect([...(session?.components.values() ?? [])].map(({ state }) => state)).toEqual([{ calls: 2 }]);
  });

  it("are in nobody's reach once the call is over", async () => {
    const seen: { handle?: ObjectStoreHandle; call?: CallContext } = {};
    await using bench = await Workbench.create([{ id: "grasping", functions: { grasping: grasping(seen) } }]);
    const { runtime } = await bench.start(
      "object_stores: { files: { _type: in_memory } }\nworkflow: { _type: grasping }",
    );
    await call(runtime, "alice", {});
    const { handle, call: kept } = seen;
    expect(handle?.name).toBe("files");
    expect(() => kept && handle?.of(kept)).toThrow(expect.objectContaining({ code: "CALL_ENDED" }));
  });

  it("are in reach of those only who have declared the store", async () => {
    const seen: { handle?: ObjectStoreHandle; call?: CallContext } = {};
    const undeclared = definePerUserFunction({
      config: z.object({ files: objectStoreRef({ default: "other" }) }),
      input: z.object({}),
      output: z.object({}),
      build: () => (_input, context) => {
        seen.handle?.of(context);
        return {};
      },
    });
    const functions = { grasping: grasping(seen), undeclared };
    await using bench = await Workbench.create([{ id: "grasping", functions }]);
    const { runtime } = await bench.start(
      [
        "object_stores: { files: { _type: in_memory }, other: { _type: in_memory } }",
        "functions: { first: { _type: grasping } }",
        "general: { front_end: { endpoints: [{ path: /first, function_name: first }] } }",
        "workflow: { _type: undeclared }",
      ].join("\n"),
    );
    await using first = runtime.sessions.session({ userId: "alice", functionName: "first" });
    await first.run({}).result();
    await expect(call(runtime, "alice", {})).rejects.toMatchObject({
      message: expect.stringContaining("does not reference"),
    });
  });
});
