import {
  AlcoveError,
  definePerUserFunction,
  definePerUserFunctionGroup,
  migrateFrom,
  StartupRefusedError,
  z,
} from "@alcove/plugin-api";
import { expect, it, vi } from "vitest";
import { startTestAlcove } from "./test-alcove.js";

// The first start loads the whole of Alcove.
vi.setConfig({ testTimeout: 60_000 });

const tally = definePerUserFunction({
  input: z.object({ by: z.number() }),
  output: z.object({ total: z.number() }),
  state: { version: 1, schema: z.object({ total: z.number() }), initial: () => ({ total: 0 }) },
  build:
    () =>
    ({ by }, { state }) => {
      state.total += by;
      return { total: state.total };
    },
});
const counter = { id: "counter", functions: { tally } };
const served = { plugins: [counter], config: { workflow: { _type: "tally" } } };

it("runs the workflow for each user apart, and goes on after a restart", async () => {
  await using alcove = await startTestAlcove(served);
  expect(await alcove.user("alice").run({ by: 2 })).toEqual({ total: 2 });
  expect(await alcove.user("bob").run({ by: 5 })).toEqual({ total: 5 });
  await alcove.restart();
  const { total } = await alcove.user("alice").run({ by: 1 }, z.object({ total: z.number() }));
  expect(total).toBe(3);
});

it("gives a run up when it is told to, and nothing of it is stored", async () => {
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const patient = definePerUserFunction({
    input: z.object({}),
    output: z.string(),
    state: { version: 1, schema: z.object({ runs: z.number() }), initial: () => ({ runs: 0 }) },
    build:
      () =>
      async (_input, { state, signal }) => {
        state.runs += 1;
        begin();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return "too late";
      },
  });
  const plugins = [{ id: "patient", functions: { patient } }];
  await using alcove = await startTestAlcove({ plugins, config: { workflow: { _type: "patient" } } });
  const leaving = new AbortController();
  const run = alcove.user("alice").run({}, undefined, { signal: leaving.signal });
  await begun;
  leaving.abort();
  await expect(run).rejects.toMatchObject({ code: "RUN_ABORTED" });
  expect(await alcove.user("alice").stored()).toEqual({});
});

it("serves over HTTP the sessions that it runs in this process", async () => {
  await using alcove = await startTestAlcove({ ...served, isServed: true });
  await alcove.user("alice").run({ by: 2 });
  const headers = { "content-type": "application/json" };
  const reply = await alcove.user("alice").fetch("/generate", { method: "POST", headers, body: '{"by":1}' });
  expect(await reply.json()).toEqual({ total: 3 });
});

it("lets a session expire when its time has passed on the fake clock", async () => {
  await using alcove = await startTestAlcove({
    ...served,
    config: "workflow: { _type: tally }\ngeneral: { per_user_workflow_timeout: 1h }",
  });
  await alcove.user("alice").run({ by: 2 });
  expect(await alcove.letPass(3_599_999)).toBe(0);
  expect(await alcove.letPass(1)).toBe(1);
  expect(await alcove.user("alice").run({ by: 1 })).toEqual({ total: 1 });
});

it("calls functions and members of groups by their names where no workflow is configured", async () => {
  const pair = definePerUserFunctionGroup({
    functions: { double: { description: "Doubles.", input: z.number(), output: z.number() } },
    build: () => ({ double: (value) => value * 2 }),
  });
  await using alcove = await startTestAlcove({
    plugins: [{ ...counter, functionGroups: { pair } }],
    config: { functions: { tally: { _type: "tally" } }, function_groups: { pair: { _type: "pair" } } },
  });
  expect(await alcove.user("alice").call("pair__double", 4)).toBe(8);
  await alcove.user("alice").callAndFail("tally", { by: 7 });
  expect(await alcove.user("alice").call("tally", { by: 1 })).toEqual({ total: 1 });
  await expect(alcove.user("alice").call("talley", {})).rejects.toThrow("There is no function talley");
});

it("keeps the steps of all runs, and what is stored", async () => {
  await using alcove = await startTestAlcove(served);
  await alcove.user("alice").run({ by: 2 });
  expect(alcove.events.map(({ payload }) => payload.eventType)).toContain("WORKFLOW_END");
  expect(await alcove.user("alice").stored()).toEqual({
    "workflow:counter/tally": { version: 1, value: { total: 2 } },
  });
});

it("upgrades to another release of a plugin, and refuses to go back", async () => {
  const later = definePerUserFunction({
    input: z.object({ by: z.number() }),
    output: z.object({ sum: z.number() }),
    state: {
      version: 2,
      schema: z.object({ sum: z.number() }),
      initial: () => ({ sum: 0 }),
      migrations: { 2: migrateFrom(z.object({ total: z.number() }), ({ total }) => ({ sum: total })) },
    },
    build:
      () =>
      ({ by }, { state }) => {
        state.sum += by;
        return { sum: state.sum };
      },
  });
  await using alcove = await startTestAlcove(served);
  await alcove.user("alice").run({ by: 2 });
  await alcove.restart({ plugins: [{ id: "counter", functions: { tally: later } }] });
  expect(await alcove.user("alice").run({ by: 1 })).toEqual({ sum: 3 });
  await alcove.restart({ plugins: [counter] });
  const refusal = await alcove
    .user("alice")
    .run({ by: 1 })
    .catch((error: unknown) => error);
  expect(AlcoveError.is(refusal) && refusal.code).toBe("STATE_VERSION_UNSUPPORTED");
});

it("refuses a broken configuration with all its problems", async () => {
  const refusal = await startTestAlcove({ ...served, config: { workflow: { _type: "talli" } } }).catch(
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(StartupRefusedError);
  expect(String((refusal as StartupRefusedError).problems[0]?.remedy)).toContain("tally");
});
