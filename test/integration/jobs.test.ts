import path from "node:path";
import type { ExecutionView, Runtime } from "@alcove/runtime";
import { openSqliteSessionStore } from "@alcove/state";
import { describe, expect, it } from "vitest";
import { executionsPlugin, Stage } from "./support/executions-plugin.js";
import { FailingStore } from "./support/failing-store.js";
import { call, Workbench } from "./support/test-application.js";

const config = "workflow: { _type: order }";
const resumable = "workflow: { _type: resumable_order }";

interface JobOptions {
  readonly id?: string;
  readonly expiryMs?: number;
}

function submit(runtime: Runtime, userId: string, input: unknown, { id, expiryMs = 3_600_000 }: JobOptions = {}) {
  return runtime.executions.submit({ userId, id, input, request: {}, expiryMs });
}

function finished(runtime: Runtime, userId: string, { id }: ExecutionView): Promise<ExecutionView> {
  return runtime.executions.waitFor(userId, id, 10_000);
}

async function orders(runtime: Runtime, userId: string, item: string): Promise<string[]> {
  return ((await call(runtime, userId, { item })) as { orders: string[] }).orders;
}

async function withBench(run: (bench: Workbench, stage: Stage) => Promise<void>): Promise<void> {
  const stage = new Stage();
  await using bench = await Workbench.create([executionsPlugin(stage)]);
  await run(bench, stage);
}

describe("a job", () => {
  it("runs after it was submitted, and its result is kept with what it changed", () =>
    withBench(async (bench) => {
      const { runtime } = await bench.start(config);
      const job = await submit(runtime, "alice", { item: "tea" });
      expect(job).toMatchObject({ kind: "job", status: "submitted", expiresAtMs: undefined, result: undefined });
      expect(await finished(runtime, "alice", job)).toMatchObject({
        status: "success",
        result: { orders: ["tea"], answers: [] },
      });
      expect(await runtime.executions.get("alice", job.id)).toMatchObject({
        status: "success",
        result: { orders: ["tea"], answers: [] },
      });
      expect(await orders(runtime, "alice", "jam")).toEqual(["tea", "jam"]);
    }));

  it("is not run again when it is submitted again under the same id", () =>
    withBench(async (bench, stage) => {
      const { runtime } = await bench.start(config);
      const [first, second] = await Promise.all([
        submit(runtime, "alice", { item: "tea" }, { id: "my-job" }),
        submit(runtime, "alice", { item: "tea" }, { id: "my-job" }),
      ]);
      expect(second.id).toBe(first.id);
      await finished(runtime, "alice", first);
      expect(await submit(runtime, "alice", { item: "tea" }, { id: "my-job" })).toMatchObject({ status: "success" });
      expect(stage.begun).toEqual(["tea"]);
    }));

  it("is one job also where the store tells two of them at the same moment that there is none", () =>
    withBench(async (bench, stage) => {
      const inner = await openSqliteSessionStore({ path: path.join(bench.folder, "held.sqlite"), clock: bench.clock });
      const store = new FailingStore(inner);
      const { runtime } = await bench.start(config, { store });
      let tell: () => void = () => undefined;
      store.holdRecords(new Promise((resolve) => (tell = resolve)));
      const submitted = ["tea", "tea", "tea"].map((item) => submit(runtime, "alice", { item }, { id: "my-job" }));
      await expect.poll(() => store.heldRecords).toBe(3);
      tell();
      await Promise.all(submitted);
      await expect.poll(() => runtime.executions.get("alice", "my-job")).toMatchObject({ status: "success" });
      expect(stage.begun).toEqual(["tea"]);
    }));

  it("fails with what its workflow throws, and changes nothing", () =>
    withBench(async (bench) => {
      const { runtime } = await bench.start(config);
      const job = await submit(runtime, "alice", { item: "tea", fails: true });
      expect(await finished(runtime, "alice", job)).toMatchObject({ status: "failure" });
      expect(await runtime.executions.get("alice", job.id)).toMatchObject({
        status: "failure",
        error: { code: "workflow_error", message: "no tea left", details: "RangeError" },
      });
      expect(await orders(runtime, "alice", "jam")).toEqual(["jam"]);
    }));

  it("is refused with its input, before anything is stored", () =>
    withBench(async (bench) => {
      const { runtime, store } = await bench.start(config);
      await expect(submit(runtime, "alice", { item: 1 })).rejects.toMatchObject({ code: "INPUT_INVALID" });
      expect(await store.count()).toBe(0);
    }));

  it("is nobody else's", () =>
    withBench(async (bench, stage) => {
      const { runtime } = await bench.start(config);
      const job = await submit(runtime, "alice", { item: "tea", waits: true });
      const { executions } = runtime;
      for (const attempt of [
        () => executions.get("bob", job.id),
        () => executions.cancel("bob", job.id),
        () => executions.waitFor("bob", job.id, 10),
        () =>
          executions.follow("bob", job.id, {
            onChange: () => undefined,
            onLost: () => undefined,
            onStep: () => undefined,
          }),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: "EXECUTION_NOT_FOUND" });
      }
      stage.open("tea");
      await finished(runtime, "alice", job);
      await expect(runtime.executions.get("bob", job.id)).rejects.toMatchObject({ code: "EXECUTION_NOT_FOUND" });
    }));

  it("can be cancelled while it waits and while it runs, and then changes nothing", () =>
    withBench(async (bench, stage) => {
      const { runtime } = await bench.start(`general: { front_end: { max_running_async_jobs: 1 } }\n${config}`);
      const running = await submit(runtime, "alice", { item: "tea", waits: true });
      await expect.poll(() => stage.begun).toEqual(["tea"]);
      const waiting = await submit(runtime, "bob", { item: "jam" });
      expect(await runtime.executions.cancel("bob", waiting.id)).toMatchObject({ status: "interrupted" });
      expect(await runtime.executions.cancel("alice", running.id)).toMatchObject({
        status: "interrupted",
        error: { code: "RUN_ABORTED" },
      });
      expect(await runtime.executions.get("alice", running.id)).toMatchObject({ status: "interrupted" });
      expect(await orders(runtime, "alice", "cake")).toEqual(["cake"]);
      expect(await orders(runtime, "bob", "cake")).toEqual(["cake"]);
      expect(stage.begun).toEqual(["tea", "cake", "cake"]);
    }));

  it("waits until one of as many as may run is finished, and nobody's jobs keep others from running", () =>
    withBench(async (bench, stage) => {
      const { runtime } = await bench.start(`general: { front_end: { max_running_async_jobs: 2 } }\n${config}`);
      const first = await submit(runtime, "alice", { item: "a1", waits: true });
      await submit(runtime, "alice", { item: "a2", waits: true });
      await submit(runtime, "alice", { item: "a3" });
      await submit(runtime, "bob", { item: "b1", waits: true });
      await submit(runtime, "carol", { item: "c1" });
      await expect.poll(() => stage.begun.length).toBe(2);
      expect(stage.begun.map((item) => item[0]).sort()).toEqual(["a", "b"]);
      for (const item of ["a1", "a2", "b1"]) {
        stage.open(item);
      }
      await expect.poll(() => stage.begun.length).toBe(5);
      await finished(runtime, "alice", first);
    }));

  it("is refused when the user has too many that are not finished", () =>
    withBench(async (bench, stage) => {
      const { runtime } = await bench.start(`general: { front_end: { max_executions_per_user: 2 } }\n${config}`);
      const jobs = await Promise.all(["a", "b"].map((item) => submit(runtime, "alice", { item, waits: true })));
      await expect(submit(runtime, "alice", { item: "c" })).rejects.toMatchObject({ code: "TOO_MANY_EXECUTIONS" });
      await submit(runtime, "bob", { item: "c" });
      stage.open("a");
      stage.open("b");
      await Promise.all(jobs.map((job) => finished(runtime, "alice", job)));
      await submit(runtime, "alice", { item: "c" });
    }));

  it("is forgotten after its time, or with its session", () =>
    withBench(async (bench) => {
      const { runtime, store } = await bench.start(`general: { per_user_workflow_timeout: 2000 }\n${config}`);
      const short = await submit(runtime, "alice", { item: "tea" }, { expiryMs: 1_000_000 });
      const long = await submit(runtime, "alice", { item: "jam" }, { expiryMs: 9_000_000 });
      const { updatedAtMs } = await finished(runtime, "alice", short);
      await finished(runtime, "alice", long);
      expect(await runtime.executions.get("alice", short.id)).toMatchObject({ expiresAtMs: updatedAtMs + 1_000_000 });
      bench.clock.advance(1_000_000);
      await expect(runtime.executions.get("alice", short.id)).rejects.toMatchObject({ code: "EXECUTION_NOT_FOUND" });
      await runtime.executions.get("alice", long.id);
      bench.clock.advance(1_000_000);
      await expect(runtime.executions.get("alice", long.id)).rejects.toMatchObject({ code: "EXECUTION_NOT_FOUND" });
      await runtime.sweep();
      expect(await store.count()).toBe(0);
    }));

  it("keeps its session going, however long it takes", () =>
    withBench(async (bench, stage) => {
      const { runtime } = await bench.start(`general: { per_user_workflow_timeout: 100 }\n${config}`);
      await orders(runtime, "alice", "tea");
      const job = await submit(runtime, "alice", { item: "jam", waits: true });
      await expect.poll(() => stage.begun.length).toBe(2);
      bench.clock.advance(500_000);
      await runtime.sweep();
      stage.open("jam");
      expect(await finished(runtime, "alice", job)).toMatchObject({ result: { orders: ["tea", "jam"] } });
    }));

  it("ends with its session when that is deleted", () =>
    withBench(async (bench, stage) => {
      const { runtime, store } = await bench.start(config);
      const key = { application: "config", userId: "alice" };
      const done = await submit(runtime, "alice", { item: "tea" });
      await finished(runtime, "alice", done);
      const running = await submit(runtime, "alice", { item: "jam", waits: true });
      const waiting = await submit(runtime, "alice", { item: "cake" });
      await expect.poll(() => stage.begun.length).toBe(2);
      await runtime.sessions.endSession("alice", async () => void (await store.remove(key)), 5_000);
      for (const { id } of [done, running, waiting]) {
        await expect(runtime.executions.get("alice", id)).rejects.toMatchObject({ code: "EXECUTION_NOT_FOUND" });
      }
      expect(await orders(runtime, "alice", "milk")).toEqual(["milk"]);
      expect(stage.begun).toEqual(["tea", "jam", "milk"]);
    }));

  it("tells whoever follows it what becomes of it, and the steps of its run", () =>
    withBench(async (bench, stage) => {
      const { runtime } = await bench.start(`general: { front_end: { max_running_async_jobs: 1 } }\n${config}`);
      await submit(runtime, "bob", { item: "jam", waits: true });
      const job = await submit(runtime, "alice", { item: "tea" });
      const heard: string[] = [];
      const { view } = await runtime.executions.follow("alice", job.id, {
        onChange: ({ status }) => heard.push(status),
        onLost: () => heard.push("lost"),
        onStep: ({ payload }) => heard.push(payload.eventType),
      });
      expect(view.status).toBe("submitted");
      stage.open("jam");
      await finished(runtime, "alice", job);
      expect(heard).toEqual(["running", "WORKFLOW_START", "FUNCTION_START", "FUNCTION_END", "WORKFLOW_END", "success"]);
    }));
});

describe("an unfinished job, when the server is stopped and started again", () => {
  it("is begun if it had not begun, and interrupted if it had", () =>
    withBench(async (bench, stage) => {
      const yaml = `general: { shutdown_timeout: 0.05, front_end: { max_running_async_jobs: 1 } }\n${config}`;
      const first = await bench.start(yaml);
      const running = await submit(first.runtime, "alice", { item: "tea", waits: true });
      const waiting = await submit(first.runtime, "bob", { item: "jam" });
      await expect.poll(() => stage.begun).toEqual(["tea"]);
      await first.stop();
      const { runtime } = await bench.start(yaml);
      await runtime.executions.recover();
      expect(await runtime.executions.get("alice", running.id)).toMatchObject({
        status: "interrupted",
        error: { code: "EXECUTION_INTERRUPTED" },
      });
      expect(await finished(runtime, "bob", waiting)).toMatchObject({ status: "success", result: { orders: ["jam"] } });
      expect(await orders(runtime, "alice", "cake")).toEqual(["cake"]);
      expect(stage.begun).toEqual(["tea", "jam", "cake"]);
    }));

  it("is begun after those of its user that were submitted before it, whatever they are called", () =>
    withBench(async (bench, stage) => {
      const yaml = `general: { shutdown_timeout: 0.05 }\n${config}`;
      const first = await bench.start(yaml);
      await submit(first.runtime, "alice", { item: "tea", waits: true });
      await expect.poll(() => stage.begun).toEqual(["tea"]);
      const items = ["9", "3", "7", "1", "5", "8", "2", "6", "4"];
      for (const item of items) {
        await submit(first.runtime, "alice", { item }, { id: `job-${item}` });
      }
      await first.stop();
      const { runtime } = await bench.start(yaml);
      await runtime.executions.recover();
      await expect.poll(() => stage.begun).toEqual(["tea", ...items]);
    }));

  it("is begun again if its workflow is resumable", () =>
    withBench(async (bench, stage) => {
      const yaml = `general: { shutdown_timeout: 0.05 }\n${resumable}`;
      const first = await bench.start(yaml);
      const job = await submit(first.runtime, "alice", { item: "tea", waits: true });
      await expect.poll(() => stage.begun).toEqual(["tea"]);
      await first.stop();
      stage.open("tea");
      const { runtime } = await bench.start(yaml);
      await runtime.executions.recover();
      expect(await finished(runtime, "alice", job)).toMatchObject({ status: "success", result: { orders: ["tea"] } });
      expect(stage.begun).toEqual(["tea", "tea"]);
    }));
});
