import { describe, expect } from "vitest";
import { pluginPaths, test, type Workplace } from "./workplace.js";

function fragileConfig(workplace: Workplace): Promise<string> {
  return workplace.write("fragile.yml", {
    plugins: [pluginPaths.assistant, pluginPaths.fragile],
    functions: { notepad: { _type: "per_user_notepad" } },
    workflow: { _type: "fragile_workflow" },
  });
}

describe("a function that changes its state and then fails", () => {
  test("is answered with 422, and the next call sees the state before it", async ({ workplace }) => {
    const { client } = await workplace.start({ configFile: await fragileConfig(workplace) });
    await client.generate("alice", { amount: 1 });
    for (const path of ["/generate", "/v1/workflow"]) {
      const failed = await client.generate("alice", { amount: 10, outcome: "fail" }, path);
      expect(failed.status).toBe(422);
      expect(failed.text).toBe('{"code":"workflow_error","message":"Broke at 11","details":"BrokenCupError"}');
    }
    const next = await client.generate("alice", { amount: 2 });
    expect(next.text).toBe('{"total":3,"notes":["plus 1","plus 2"]}');
  });

  test("names its reason and its facts, where it refuses in words of its own, and when to come again", async ({
    workplace,
  }) => {
    const { client } = await workplace.start({ configFile: await fragileConfig(workplace) });
    await client.generate("alice", { amount: 1 });
    const refused = await client.generate("alice", { amount: 10, outcome: "refuse" });
    expect([refused.status, refused.headers["retry-after"], refused.json]).toEqual([
      422,
      "5",
      { code: "FUNCTION_REFUSED", message: "The cup is full.", details: { holds: 10, reason: "cup_full" } },
    ]);
    expect((await client.generate("alice", { amount: 2 })).text).toBe('{"total":3,"notes":["plus 1","plus 2"]}');
  });

  test("leaves nothing of a new user's first call", async ({ workplace }) => {
    const configFile = await fragileConfig(workplace);
    const before = await workplace.start({ configFile });
    expect((await before.client.generate("alice", { amount: 10, outcome: "fail" })).status).toBe(422);
    await before.stop("SIGKILL");
    const { client } = await workplace.start({ configFile });
    expect((await client.generate("alice", { amount: 2 })).text).toBe('{"total":2,"notes":["plus 2"]}');
  });

  test.for([
    ["answer-nonsense", "OUTPUT_INVALID"],
    ["spoil-state", "STATE_INVALID"],
  ] as const)("is rolled back as well when it is to %s", async ([behaviour, code], { workplace }) => {
    const { client } = await workplace.start({ configFile: await fragileConfig(workplace) });
    await client.generate("alice", { amount: 1 });
    const failed = await client.generate("alice", { amount: 10, outcome: behaviour });
    expect({ status: failed.status, body: failed.json }).toMatchObject({ status: 500, body: { code } });
    expect((await client.generate("alice", { amount: 2 })).text).toBe('{"total":3,"notes":["plus 1","plus 2"]}');
  });

  test("fails for its own user only", async ({ workplace }) => {
    const { client } = await workplace.start({ configFile: await fragileConfig(workplace) });
    const calls = Array.from({ length: 40 }, (_, index) =>
      client.generate(`user-${index % 4}`, { amount: 1, outcome: index % 4 === 0 ? "fail" : "answer" }),
    );
    const replies = await Promise.all(calls);
    expect(replies.map(({ status }) => status)).toEqual(calls.map((_, index) => (index % 4 === 0 ? 422 : 200)));
    expect((await client.generate("user-0", { amount: 1 })).json).toMatchObject({ total: 1 });
    expect((await client.generate("user-1", { amount: 1 })).json).toMatchObject({ total: 11 });
  });
});
