import { defineFunction, definePerUserFunction, z } from "@alcove/plugin-api";
import type { Reply, Runtime } from "@alcove/runtime";
import { describe, expect, it } from "vitest";
import { Workbench } from "./support/test-application.js";

let finish: (() => void) | undefined;

const plugin = {
  id: "orders",
  functions: {
    order: definePerUserFunction({
      input: z.object({ item: z.string(), waits: z.boolean().default(false) }),
      output: z.object({ orders: z.array(z.string()) }),
      state: { version: 1, schema: z.object({ orders: z.array(z.string()) }), initial: () => ({ orders: [] }) },
      build:
        () =>
        async ({ item, waits }, { state }) => {
          if (item === "nothing") {
            throw new RangeError("nothing cannot be ordered");
          }
          state.orders.push(item);
          if (waits) {
            await new Promise<void>((resolve) => {
              finish = resolve;
            });
          }
          return { orders: [...state.orders] };
        },
    }),
    shared: defineFunction({ input: z.object({}), output: z.object({}), build: () => () => ({}) }),
  },
};
const config = "workflow: { _type: order }";

async function order(runtime: Runtime, user: string, item: string, key?: string, fingerprint = item): Promise<Reply> {
  const session = runtime.sessions.session({ userId: user });
  try {
    return await session.run({ item }).reply(key === undefined ? undefined : { key, fingerprint });
  } finally {
    session.close();
  }
}

const orders = (...items: string[]) => JSON.stringify({ orders: items });

describe("a request with an idempotency key", () => {
  it("is carried out once, and its reply comes back for every retry, also after a restart", async () => {
    await using bench = await Workbench.create([plugin]);
    const first = await bench.start(config);
    expect(await order(first.runtime, "alice", "tea", "k")).toEqual({ body: orders("tea"), isReplayed: false });
    await order(first.runtime, "alice", "cake");
    expect(await order(first.runtime, "alice", "tea", "k")).toEqual({ body: orders("tea"), isReplayed: true });
    await first.stop();
    const second = await bench.start(config);
    expect(await order(second.runtime, "alice", "tea", "k")).toEqual({ body: orders("tea"), isReplayed: true });
    expect(await order(second.runtime, "alice", "jam")).toMatchObject({ body: orders("tea", "cake", "jam") });
  });

  it("is refused when the key came with another request, and changes nothing", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config);
    await order(runtime, "alice", "tea", "k");
    await expect(order(runtime, "alice", "cake", "k")).rejects.toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED" });
    expect(await order(runtime, "alice", "jam")).toMatchObject({ body: orders("tea", "jam") });
  });

  it("waits for the first while that is still running, and gets its reply", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config);
    const session = runtime.sessions.session({ userId: "alice" });
    const first = session.run({ item: "tea", waits: true }).reply({ key: "k", fingerprint: "f" });
    const retries = [1, 2].map(() => session.run({ item: "tea", waits: true }).reply({ key: "k", fingerprint: "f" }));
    await expect.poll(() => finish).toBeDefined();
    finish?.();
    expect(await Promise.all([first, ...retries])).toEqual([
      { body: orders("tea"), isReplayed: false },
      { body: orders("tea"), isReplayed: true },
      { body: orders("tea"), isReplayed: true },
    ]);
    session.close();
  });

  it("is run again after a failure, which is not recorded", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config);
    await expect(order(runtime, "alice", "nothing", "k", "f")).rejects.toMatchObject({ code: "workflow_error" });
    expect(await order(runtime, "alice", "tea", "k", "f")).toEqual({ body: orders("tea"), isReplayed: false });
  });

  it("belongs to its user", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(config);
    await order(runtime, "alice", "tea", "k");
    expect(await order(runtime, "bob", "tea", "k")).toEqual({ body: orders("tea"), isReplayed: false });
  });

  it("is forgotten after its time, and with its session", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(
      `general: { per_user_workflow_timeout: 100, idempotency: { max_age: 10 } }\n${config}`,
    );
    await order(runtime, "alice", "tea", "k");
    bench.clock.advance(9_999);
    expect(await order(runtime, "alice", "tea", "k")).toMatchObject({ isReplayed: true });
    bench.clock.advance(1);
    expect(await order(runtime, "alice", "tea", "k")).toEqual({ body: orders("tea", "tea"), isReplayed: false });
    bench.clock.advance(100_000);
    expect(await order(runtime, "alice", "tea", "k")).toEqual({ body: orders("tea"), isReplayed: false });
  });

  it("makes room for new ones by dropping the oldest", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime, store } = await bench.start(`general: { idempotency: { max_records_per_user: 2 } }\n${config}`);
    for (const key of ["a", "b", "c"]) {
      await order(runtime, "alice", key, key);
    }
    expect(await order(runtime, "alice", "c", "c")).toMatchObject({ isReplayed: true });
    expect(await order(runtime, "alice", "b", "b")).toMatchObject({ isReplayed: true });
    expect(await order(runtime, "alice", "a", "a")).toEqual({ body: orders("a", "b", "c", "a"), isReplayed: false });
    const session = { application: "config", userId: "alice" };
    const left = await store.pageRecords(session, { prefix: "idempotency/", direction: "forward", limit: 100 });
    expect(left).toHaveLength(4);
  });

  it("is refused as unreadable where it cannot be told which keys were used, and carried out without one", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime, store, stop } = await bench.start(config);
    await order(runtime, "alice", "tea", "k");
    const change = { kind: "put", name: "idempotency/order/0000000000000001", json: "{}" } as const;
    await store.changeRecords({ application: "config", userId: "alice" }, [change]);
    await stop();
    const again = await bench.start(config);
    await expect(order(again.runtime, "alice", "tea", "k")).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
    expect(await order(again.runtime, "alice", "milk")).toMatchObject({ body: orders("tea", "milk") });
  });

  it("is refused when its reply is too large to be recorded, and nothing is stored", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start(`general: { idempotency: { max_reply_bytes: 100 } }\n${config}`);
    await expect(order(runtime, "alice", "x".repeat(100), "k")).rejects.toMatchObject({
      code: "IDEMPOTENCY_REPLY_TOO_LARGE",
    });
    expect(await order(runtime, "alice", "tea")).toMatchObject({ body: orders("tea") });
  });

  it("is refused by a shared workflow, which keeps nothing", async () => {
    await using bench = await Workbench.create([plugin]);
    const { runtime } = await bench.start("workflow: { _type: shared }");
    const session = runtime.sessions.session();
    await expect(session.run({}).reply({ key: "k", fingerprint: "f" })).rejects.toMatchObject({
      code: "IDEMPOTENCY_UNSUPPORTED",
    });
    session.close();
  });
});
