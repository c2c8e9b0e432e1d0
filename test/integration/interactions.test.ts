import type { ExecutionView, PendingInteraction, Runner, Runtime } from "@alcove/runtime";
import { describe, expect, it } from "vitest";
import { executionsPlugin, Stage } from "./support/executions-plugin.js";
import { call, Workbench } from "./support/test-application.js";

const fleeting = "workflow: { _type: order }";
const resumable = "workflow: { _type: resumable_order }";

interface Asking {
  readonly runner: Runner;
  readonly questions: PendingInteraction[];
  readonly reply: Promise<unknown>;
  /** Resolves to the question with this number, from 0 on, once it is asked. */
  question(index?: number): Promise<PendingInteraction>;
}

/** Runs the workflow for a caller who can hand on questions. */
function ask(runtime: Runtime, userId: string | undefined, input: object): Asking {
  const session = runtime.sessions.session({ userId });
  const runner = session.run(input);
  const questions: PendingInteraction[] = [];
  runner.onInteraction((interaction) => questions.push(interaction));
  const reply = runner.reply().then(({ body }) => JSON.parse(body) as unknown);
  reply.catch(() => undefined);
  session.close();
  const question = async (index = 0): Promise<PendingInteraction> => {
    await expect.poll(() => questions[index]).toBeDefined();
    return questions[index] as PendingInteraction;
  };
  return { runner, questions, reply, question };
}

async function answer(
  runtime: Runtime,
  userId: string,
  { executionId, interactionId }: PendingInteraction,
  text: string,
) {
  await runtime.executions.answer(userId, executionId, interactionId, { type: "text", text });
}

function finished(runtime: Runtime, userId: string, id: string): Promise<ExecutionView> {
  return runtime.executions.waitFor(userId, id, 10_000);
}

async function withBench(run: (bench: Workbench, stage: Stage) => Promise<void>): Promise<void> {
  const stage = new Stage();
  await using bench = await Workbench.create([executionsPlugin(stage)]);
  await run(bench, stage);
}

describe("a run that asks a person", () => {
  it("goes on with the answer, and stores nothing before its end", () =>
    withBench(async (bench) => {
      const { runtime } = await bench.start(fleeting);
      const { runner, reply, question, questions } = ask(runtime, "alice", { item: "tea", asks: 2 });
      const first = await question();
      expect(first.prompt).toEqual({ inputType: "text", text: "tea: question 1?", isRequired: true });
      expect(await runtime.executions.get("alice", first.executionId)).toMatchObject({
        kind: "interactive",
        status: "waiting",
        pending: { interactionId: first.interactionId },
      });
      await runner.answer(first.interactionId, { text: "one" });
      await answer(runtime, "alice", await question(1), "two");
      expect(await reply).toEqual({ orders: ["tea"], answers: ["one", "two"] });
      expect(questions).toHaveLength(2);
      expect(await runtime.executions.get("alice", first.executionId)).toMatchObject({
        status: "success",
        result: { orders: ["tea"], answers: ["one", "two"] },
      });
    }));

  it("leaves the user's turn to others while it waits", () =>
    withBench(async (bench) => {
      const { runtime } = await bench.start(resumable);
      const { question } = ask(runtime, "alice", { item: "tea", asks: 1 });
      await question();
      expect(await call(runtime, "alice", { item: "jam" })).toMatchObject({ orders: ["jam"] });
    }));

  it("begins again on the new state when the session changed meanwhile and it is resumable", () =>
    withBench(async (bench, stage) => {
      const { runtime } = await bench.start(resumable);
      const { reply, question, questions } = ask(runtime, "alice", { item: "tea", asks: 2 });
      await answer(runtime, "alice", await question(), "one");
      const second = await question(1);
      await call(runtime, "alice", { item: "jam" });
      await answer(runtime, "alice", second, "two");
      expect(await reply).toEqual({ orders: ["jam", "tea"], answers: ["one", "two"] });
      expect(stage.begun).toEqual(["tea", "jam", "tea"]);
      expect(questions).toHaveLength(2);
    }));

  it("fails when the session changed meanwhile and it is not resumable, and changes nothing", () =>
    withBench(async (bench) => {
      const { runtime } = await bench.start(fleeting);
      const { reply, question } = ask(runtime, "alice", { item: "tea", asks: 1 });
      const asked = await question();
      await call(runtime, "alice", { item: "jam" });
      await expect(answer(runtime, "alice", asked, "one")).rejects.toMatchObject({ code: "SESSION_CHANGED" });
      await expect(reply).rejects.toMatchObject({ code: "SESSION_CHANGED" });
      expect(await runtime.executions.get("alice", asked.executionId)).toMatchObject({
        status: "failure",
        error: { code: "SESSION_CHANGED" },
      });
      expect(await call(runtime, "alice", { item: "milk" })).toMatchObject({ orders: ["jam", "milk"] });
    }));

  it("is answered by its owner only, once, and with what it asks for", () =>
    withBench(async (bench) => {
      const { runtime } = await bench.start(fleeting);
      const { reply, question } = ask(runtime, "alice", { item: "tea", asks: 1 });
      const asked = await question();
      await call(runtime, "bob", { item: "jam" });
      await expect(answer(runtime, "bob", asked, "mine")).rejects.toMatchObject({ code: "EXECUTION_NOT_FOUND" });
      const other = { ...asked, interactionId: "other" };
      await expect(answer(runtime, "alice", other, "x")).rejects.toMatchObject({ code: "INTERACTION_NOT_FOUND" });
      await expect(answer(runtime, "alice", asked, " ")).rejects.toMatchObject({
        code: "INTERACTION_RESPONSE_INVALID",
      });
      const both = await Promise.allSettled([
        answer(runtime, "alice", asked, "one"),
        answer(runtime, "alice", asked, "two"),
      ]);
      expect(both).toMatchObject([{ status: "fulfilled" }, { reason: { code: "INTERACTION_RESOLVED" } }]);
      expect(await reply).toMatchObject({ answers: ["one"] });
      await expect(answer(runtime, "alice", asked, "late")).rejects.toMatchObject({ code: "INTERACTION_RESOLVED" });
    }));

  it("fails when nobody answers in time", () =>
    withBench(async (bench) => {
      const { runtime } = await bench.start(fleeting);
      const { reply, question } = ask(runtime, "alice", { item: "tea", asks: 1, timeout: 60_000 });
      const asked = await question();
      bench.clock.advance(60_000);
      await expect(answer(runtime, "alice", asked, "late")).rejects.toMatchObject({ code: "INTERACTION_RESOLVED" });
      await runtime.sweep();
      await expect(reply).rejects.toMatchObject({ code: "INTERACTION_TIMED_OUT" });
      expect(await runtime.executions.get("alice", asked.executionId)).toMatchObject({ status: "failure" });
      expect(await call(runtime, "alice", { item: "jam" })).toMatchObject({ orders: ["jam"] });
    }));

  it("fails when nobody answers in time and the session changed meanwhile, and keeps nobody else's from failing", () =>
    withBench(async (bench) => {
      const { runtime } = await bench.start(fleeting);
      const changed = ask(runtime, "alice", { item: "tea", asks: 1, timeout: 60_000 });
      await changed.question();
      await call(runtime, "alice", { item: "jam" });
      const other = ask(runtime, "bob", { item: "tea", asks: 1, timeout: 60_000 });
      await other.question();
      bench.clock.advance(60_000);
      await runtime.sweep();
      await expect(changed.reply).rejects.toMatchObject({ code: "SESSION_CHANGED" });
      await expect(other.reply).rejects.toMatchObject({ code: "INTERACTION_TIMED_OUT" });
    }));

  it("ends with its session when nobody answers before that is over", () =>
    withBench(async (bench) => {
      const { runtime, store } = await bench.start(`general: { per_user_workflow_timeout: 100 }\n${fleeting}`);
      const { reply, question } = ask(runtime, "alice", { item: "tea", asks: 1 });
      const { executionId } = await question();
      bench.clock.advance(100_000);
      await expect(runtime.executions.get("alice", executionId)).resolves.toMatchObject({ status: "waiting" });
      await runtime.sweep();
      await expect(reply).rejects.toMatchObject({ code: "RUN_ABORTED" });
      await runtime.sweep();
      expect(await store.count()).toBe(0);
      await expect(runtime.executions.get("alice", executionId)).rejects.toMatchObject({ code: "EXECUTION_NOT_FOUND" });
    }));

  it("is refused where nobody can be asked, or a retry could not tell", () =>
    withBench(async (bench) => {
      const { runtime } = await bench.start(fleeting);
      await expect(call(runtime, "alice", { item: "tea", asks: 1 })).rejects.toMatchObject({
        code: "INTERACTION_UNSUPPORTED",
      });
      await using session = runtime.sessions.session({ userId: "alice" });
      const runner = session.run({ item: "tea", asks: 1 });
      runner.onInteraction(() => undefined);
      await expect(runner.reply({ key: "k", fingerprint: "f" })).rejects.toMatchObject({
        code: "INTERACTION_UNSUPPORTED",
      });
    }));

  it("streams on after the answer, and nothing twice when it begins again", () =>
    withBench(async (bench) => {
      const { runtime } = await bench.start(resumable);
      const session = runtime.sessions.session({ userId: "alice" });
      const runner = session.run({ item: "tea", asks: 1 });
      const questions: PendingInteraction[] = [];
      runner.onInteraction((interaction) => questions.push(interaction));
      const { chunks } = await runner.replyStream();
      session.close();
      const received: string[] = [];
      const reading = (async () => {
        for await (const chunk of chunks) {
          received.push(chunk);
        }
      })();
      await expect.poll(() => questions).toHaveLength(1);
      await call(runtime, "alice", { item: "jam" });
      const [asked] = questions;
      await answer(runtime, "alice", asked as PendingInteraction, "yes");
      await reading;
      expect(received.map((chunk) => JSON.parse(chunk).value)).toEqual(["ordering tea", "jam,tea"]);
      expect(await runtime.executions.get("alice", asked?.executionId ?? "")).toMatchObject({
        status: "success",
        result: [{ value: "ordering tea" }, { value: "jam,tea" }],
      });
    }));

  it("can be a job", () =>
    withBench(async (bench) => {
      const { runtime } = await bench.start(fleeting);
      const { executions } = runtime;
      const input = { item: "tea", asks: 1 };
      const { id } = await executions.submit({ userId: "alice", input, request: {}, expiryMs: 3_600_000 });
      await expect.poll(async () => (await executions.get("alice", id)).status).toBe("waiting");
      const { pending } = await executions.get("alice", id);
      await answer(runtime, "alice", pending as PendingInteraction, "one");
      expect(await finished(runtime, "alice", id)).toMatchObject({ status: "success", result: { answers: ["one"] } });
    }));
});

describe("a question that waits when the server is stopped and started again", () => {
  it("is answered after that when the workflow is resumable", () =>
    withBench(async (bench, stage) => {
      const first = await bench.start(resumable);
      const { question } = ask(first.runtime, "alice", { item: "tea", asks: 2 });
      await answer(first.runtime, "alice", await question(), "one");
      const asked = await question(1);
      await first.stop();
      const { runtime } = await bench.start(resumable);
      await runtime.executions.recover();
      await call(runtime, "alice", { item: "jam" });
      expect(await runtime.executions.get("alice", asked.executionId)).toMatchObject({
        status: "waiting",
        pending: { interactionId: asked.interactionId, prompt: { text: "tea: question 2?" } },
      });
      await expect(answer(runtime, "bob", asked, "two")).rejects.toMatchObject({ code: "EXECUTION_NOT_FOUND" });
      await answer(runtime, "alice", asked, "two");
      expect(await finished(runtime, "alice", asked.executionId)).toMatchObject({
        status: "success",
        result: { orders: ["jam", "tea"], answers: ["one", "two"] },
      });
      expect(stage.begun).toEqual(["tea", "jam", "tea"]);
    }));

  it("is interrupted when it is not", () =>
    withBench(async (bench) => {
      const first = await bench.start(fleeting);
      const { question, reply } = ask(first.runtime, "alice", { item: "tea", asks: 1 });
      const asked = await question();
      await first.stop();
      await expect(reply).rejects.toMatchObject({ code: "SHUTTING_DOWN" });
      const { runtime } = await bench.start(fleeting);
      await runtime.executions.recover();
      expect(await runtime.executions.get("alice", asked.executionId)).toMatchObject({
        status: "interrupted",
        error: { code: "EXECUTION_INTERRUPTED" },
      });
      await expect(answer(runtime, "alice", asked, "one")).rejects.toMatchObject({ code: "INTERACTION_RESOLVED" });
    }));
});
