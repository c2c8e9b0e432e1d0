import { StoreError } from "@alcove/plugin-api";
import type { ExecutionView } from "@alcove/runtime";
import { describe, expect, it } from "vitest";
import { resumableConfig, type Scene, withScene } from "./support/executions-scene.js";

const patience = { timeout: 10_000 };

async function begun({ runtime, stage }: Scene, input: object): Promise<ExecutionView> {
  const job = await runtime.executions.submit({
    userId: "alice",
    input: { item: "tea", waits: true, ...input },
    request: {},
    expiryMs: 3_600_000,
  });
  await expect.poll(() => stage.begun, patience).toEqual(["tea"]);
  return job;
}

describe("a job whose end the store does not take", () => {
  it("stays unfinished until it does, and is not run again then", () =>
    withScene(async (scene) => {
      const { bench, runtime, stage, store, stop } = scene;
      const { id } = await begun(scene, { fails: true });
      store.fill(true);
      stage.open("tea");
      expect(await runtime.executions.waitFor("alice", id, 1_500)).toMatchObject({
        status: "running",
        expiresAtMs: undefined,
        error: undefined,
      });
      store.fill(false);
      await expect
        .poll(() => runtime.executions.get("alice", id), patience)
        .toMatchObject({
          status: "failure",
          error: { code: "workflow_error", message: "no tea left" },
        });
      await stop();
      const { runtime: next } = await bench.start(resumableConfig);
      await next.executions.recover();
      expect(await next.executions.get("alice", id)).toMatchObject({ status: "failure" });
      expect(stage.begun).toEqual(["tea"]);
    }));

  it("is cancelled as soon as it does, and whoever cancels it is told that it is not yet", () =>
    withScene(async (scene) => {
      const { runtime, store } = scene;
      const { id } = await begun(scene, {});
      store.fill(true);
      for (let attempt = 0; attempt < 2; attempt += 1) {
        await expect(runtime.executions.cancel("alice", id)).rejects.toMatchObject({ code: "STORE_FULL" });
        expect(await runtime.executions.get("alice", id)).toMatchObject({ status: "running" });
      }
      store.fill(false);
      expect(await runtime.executions.cancel("alice", id)).toMatchObject({ status: "interrupted" });
      expect(await runtime.executions.get("alice", id)).toMatchObject({ status: "interrupted" });
    }));

  it("is begun again by the next process, if that one comes first", () =>
    withScene(async (scene) => {
      const { bench, runtime, stage, store, stop } = scene;
      const { id } = await begun(scene, {});
      store.fill(true);
      await expect(runtime.executions.cancel("alice", id)).rejects.toMatchObject({ code: "STORE_FULL" });
      await stop();
      stage.open("tea");
      const { runtime: next } = await bench.start(resumableConfig);
      await next.executions.recover();
      expect(await next.executions.waitFor("alice", id, 10_000)).toMatchObject({ status: "success" });
    }));
});

describe("a job whose commit has an unknown outcome", () => {
  it.each([
    ["was stored all the same", true, { status: "success", result: { orders: ["tea"] } }],
    ["was not stored", false, { status: "failure", error: { code: "OUTCOME_UNKNOWN" } }],
  ])("says what the store says, once that can be read: it %s", (_what, isStored, outcome) =>
    withScene(async (scene) => {
      const { runtime, stage, store } = scene;
      const { id } = await begun(scene, {});
      store.interfere(async (commit) => {
        await (isStored ? commit() : undefined);
        throw new StoreError("OUTCOME_UNKNOWN", "The disk failed half-way.");
      });
      stage.open("tea");
      await expect.poll(() => runtime.executions.get("alice", id), patience).toMatchObject(outcome);
    }),
  );
});
