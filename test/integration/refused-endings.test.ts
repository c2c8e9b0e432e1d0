import { StoreError } from "@alcove/plugin-api";
import type { ExecutionView, PendingInteraction, Runtime } from "@alcove/runtime";
import type { SessionStore } from "@alcove/state";
import { describe, expect, it } from "vitest";
import { executionsPlugin, Stage } from "./support/executions-plugin.js";
import { call, Workbench } from "./support/test-application.js";

const fleeting = "workflow: { _type: order }";
const resumable = "workflow: { _type: resumable_order }";
const refused = new StoreError("STORE_FAILED", "The disk is full.");

function refuse(): Promise<void> {
  return Promise.reject(refused);
}

function submit(runtime: Runtime, input: object): Promise<ExecutionView> {
  return runtime.executions.submit({ userId: "alice", id: undefined, input, request: {}, expiryMs: 3_600_000 });
}

function finished(runtime: Runtime, { id }: { readonly id: string }): Promise<ExecutionView> {
  return runtime.executions.waitFor("alice", id, 10_000);
}

/** Resolves to the question of a run whose client goes away when it has it. */
async function askedQuestion(runtime: Runtime): Promise<PendingInteraction> {
  const session = runtime.sessions.session({ userId: "alice" });
  const runner = session.run({ item: "question", asks: 1 });
  const asked = new Promise<PendingInteraction>((resolve) => runner.onInteraction(resolve));
  runner.reply().catch(() => undefined);
  session.close();
  return asked;
}

async function withBench(
  yaml: string,
  run: (runtime: Runtime, stage: Stage, store: SessionStore) => Promise<void>,
): Promise<void> {
  const stage = new Stage();
  await using bench = await Workbench.create([executionsPlugin(stage)]);
  const { runtime, store } = await bench.start(yaml);
  await run(runtime, stage, store);
}

describe("an end of a session that is refused", () => {
  it("leaves questions, and jobs that have not begun, as they were: they are answered, and run", () =>
    withBench(resumable, async (runtime, stage) => {
      const question = await askedQuestion(runtime);
      const inTheWay = call(runtime, "alice", { item: "run", waits: true });
      await expect.poll(() => stage.begun).toEqual(["question", "run"]);
      const job = await submit(runtime, { item: "job" });
      await expect(runtime.sessions.endSession("alice", refuse, 20)).rejects.toMatchObject({ code: "SESSION_BUSY" });
      expect(await runtime.executions.get("alice", job.id)).toMatchObject({ status: "submitted" });
      expect(await runtime.executions.get("alice", question.executionId)).toMatchObject({ status: "waiting" });
      stage.open("run");
      await inTheWay;
      expect(await finished(runtime, job)).toMatchObject({ status: "success", result: { orders: ["run", "job"] } });
      const { executionId, interactionId } = question;
      await runtime.executions.answer("alice", executionId, interactionId, { type: "text", text: "yes" });
      expect(await finished(runtime, { id: executionId })).toMatchObject({
        status: "success",
        result: { orders: ["run", "job", "question"], answers: ["yes"] },
      });
    }));

  it("does not lose a job whose turn came while it waited", () =>
    withBench(fleeting, async (runtime, stage) => {
      await call(runtime, "alice", { item: "tea" });
      const before = call(runtime, "alice", { item: "run", waits: true });
      await expect.poll(() => stage.begun).toEqual(["tea", "run"]);
      const job = await submit(runtime, { item: "job" });
      const ended = expect(runtime.sessions.endSession("alice", refuse, 5_000)).rejects.toBe(refused);
      stage.open("run");
      await Promise.all([before, ended]);
      expect(await finished(runtime, job)).toMatchObject({
        status: "success",
        result: { orders: ["tea", "run", "job"] },
      });
      expect(stage.begun).toEqual(["tea", "run", "job"]);
    }));

  it("begins a job anew that it has given up, where the workflow may be begun again", () =>
    withBench(resumable, async (runtime, stage) => {
      const job = await submit(runtime, { item: "job", waits: true });
      await expect.poll(() => stage.begun).toEqual(["job"]);
      await expect(runtime.sessions.endSession("alice", refuse, 5_000)).rejects.toBe(refused);
      stage.open("job");
      expect(await finished(runtime, job)).toMatchObject({ status: "success", result: { orders: ["job"] } });
      expect(stage.begun).toEqual(["job", "job"]);
    }));

  it("interrupts a job that it has given up where the workflow may not, and says why", () =>
    withBench(fleeting, async (runtime, stage) => {
      const job = await submit(runtime, { item: "job", waits: true });
      await expect.poll(() => stage.begun).toEqual(["job"]);
      await expect(runtime.sessions.endSession("alice", refuse, 5_000)).rejects.toBe(refused);
      expect(await finished(runtime, job)).toMatchObject({ status: "interrupted", error: { code: "RUN_ABORTED" } });
      expect(await runtime.executions.get("alice", job.id)).toMatchObject({
        status: "interrupted",
        error: { message: "The run was given up so that the user's session could be ended." },
      });
      expect(await call(runtime, "alice", { item: "tea" })).toMatchObject({ orders: ["tea"] });
    }));
});

describe("the end of a session", () => {
  it("is told of before runs are waited for, and when it is done, not when it is refused", () =>
    withBench(fleeting, async (runtime) => {
      const heard: string[] = [];
      const stop = runtime.sessions.endings.listen({
        onWanted: (userId) => heard.push(`${userId} wanted`),
        onOver: (userId) => heard.push(`${userId} over`),
      });
      await expect(runtime.sessions.endSession("alice", refuse, 5_000)).rejects.toBe(refused);
      await runtime.sessions.endSession("alice", async () => undefined, 5_000);
      expect(heard).toEqual(["alice wanted", "alice wanted", "alice over"]);
      stop();
      await runtime.sessions.endSession("alice", async () => undefined, 5_000);
      expect(heard).toHaveLength(3);
    }));

  it("is heard of by whoever follows a job of it", () =>
    withBench(fleeting, async (runtime, stage, store) => {
      const job = await submit(runtime, { item: "job", waits: true });
      await expect.poll(() => stage.begun).toEqual(["job"]);
      const heard: string[] = [];
      await runtime.executions.follow("alice", job.id, {
        onChange: ({ status }) => heard.push(status),
        onLost: ({ code }) => heard.push(code),
        onStep: () => undefined,
      });
      const key = { application: "config", userId: "alice" };
      await runtime.sessions.endSession("alice", async () => void (await store.remove(key)), 5_000);
      await expect.poll(() => heard).toEqual(["EXECUTION_NOT_FOUND"]);
    }));
});
