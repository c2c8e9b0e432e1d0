import { StoreError } from "@alcove/plugin-api";
import type { ExecutionView } from "@alcove/runtime";
import { describe, expect, it } from "vitest";
import { resumableConfig, type Scene, withScene } from "./support/executions-scene.js";
import { call } from "./support/test-application.js";

function submit({ runtime }: Scene, input: object): Promise<ExecutionView> {
  return runtime.executions.submit({ userId: "alice", input, request: {}, expiryMs: 3_600_000 });
}

/** What the next process makes of an execution. */
async function afterRestart({ bench, stop }: Scene, id: string): Promise<ExecutionView> {
  await stop();
  const { runtime } = await bench.start(resumableConfig);
  await runtime.executions.recover();
  return runtime.executions.get("alice", id);
}

describe("a job that is cancelled while a question of it is being stored", () => {
  it("has the end its owner was told, also after a restart", () =>
    withScene(async (scene) => {
      const { runtime, stage, store } = scene;
      const release = store.holdChanges('\\"status\\":\\"waiting\\"');
      const { id } = await submit(scene, { item: "tea", asks: 1 });
      await expect.poll(() => store.heldChanges).toBe(1);
      const cancelled = runtime.executions.cancel("alice", id);
      release();
      const end = { status: "interrupted", error: { code: "RUN_ABORTED" }, pending: undefined };
      expect(await cancelled).toMatchObject(end);
      expect(await runtime.executions.get("alice", id)).toMatchObject(end);
      expect(await afterRestart(scene, id)).toMatchObject(end);
      expect(stage.begun).toEqual(["tea"]);
    }));
});

describe("a call that is given up while its first question is being stored", () => {
  it("leaves no question behind that somebody could answer after a restart", () =>
    withScene(async (scene) => {
      const { bench, runtime, store, stop } = scene;
      await call(runtime, "alice", { item: "tea" });
      const release = store.holdChanges('\\"status\\":\\"waiting\\"');
      const session = runtime.sessions.session({ userId: "alice" });
      const runner = session.run({ item: "jam", asks: 1 });
      runner.onInteraction(() => undefined);
      const failed = expect(runner.reply()).rejects.toMatchObject({ code: "RUN_ABORTED" });
      session.close();
      await expect.poll(() => store.heldChanges).toBe(1);
      runner.abort();
      release();
      await failed;
      await stop();
      const { store: stored } = await bench.start(resumableConfig);
      expect(await stored.pageSignposts({ application: "config", limit: 1 })).toMatchObject({ signposts: [] });
    }));
});

describe("a job whose code has asked something and does not wait for the answer", () => {
  it("succeeds, and stays so, when it ends while the question is still being stored", () =>
    withScene(async (scene) => {
      const { runtime, store } = scene;
      const release = store.holdChanges('\\"status\\":\\"waiting\\"');
      // A commit that does not wait for the question is made before it.
      store.interfere((commit) => commit().then(() => void (store.heldChanges > 0 && release())));
      const { id } = await submit(scene, { item: "tea", forgets: true });
      await expect.poll(() => store.heldChanges).toBe(1);
      setTimeout(release, 100);
      expect(await runtime.executions.waitFor("alice", id, 10_000)).toMatchObject({ status: "success" });
      expect(await afterRestart(scene, id)).toMatchObject({ status: "success", result: { orders: ["tea"] } });
    }));

  it("does not commit before it has the user's turn again, so that nothing of another run is lost", () =>
    withScene(async (scene) => {
      const { runtime, stage } = scene;
      const { id } = await submit(scene, { item: "tea", forgets: true, waits: true });
      await expect.poll(() => runtime.executions.get("alice", id)).toMatchObject({ status: "waiting" });
      const other = call(runtime, "alice", { item: "jam", waits: true });
      await expect.poll(() => stage.begun).toEqual(["tea", "jam"]);
      const { pending } = await runtime.executions.get("alice", id);
      await runtime.executions.answer("alice", id, pending?.interactionId ?? "", { text: "yes" });
      stage.open("tea");
      stage.open("jam");
      expect(await other).toMatchObject({ orders: ["jam"] });
      expect(await runtime.executions.waitFor("alice", id, 10_000)).toMatchObject({
        status: "success",
        result: { orders: ["jam", "tea"] },
      });
      expect(await call(runtime, "alice", { item: "milk" })).toMatchObject({ orders: ["jam", "tea", "milk"] });
    }));
});

describe("whoever follows a job whose commit has an unknown outcome", () => {
  it.each([
    ["was stored all the same", true, "success"],
    ["was not stored", false, "failure"],
  ])("hears what the store says, once that can be read: it %s", (_what, isStored, status) =>
    withScene(async (scene) => {
      const { runtime, stage, store } = scene;
      const { id } = await submit(scene, { item: "tea", waits: true });
      await expect.poll(() => stage.begun).toEqual(["tea"]);
      const heard: unknown[] = [];
      await runtime.executions.follow("alice", id, {
        onChange: ({ status, result }) => heard.push([status, result]),
        onLost: ({ code }) => heard.push(code),
        onStep: () => undefined,
      });
      store.interfere(async (commit) => {
        await (isStored ? commit() : undefined);
        throw new StoreError("OUTCOME_UNKNOWN", "The disk failed half-way.");
      });
      stage.open("tea");
      const result = isStored ? { orders: ["tea"], answers: [] } : undefined;
      await expect.poll(() => heard).toEqual([[status, result]]);
    }),
  );
});
