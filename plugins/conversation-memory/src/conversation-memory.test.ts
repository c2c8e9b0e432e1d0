import { defineFunction, definePerUserFunction, type FunctionDefinition, z } from "@alcove/plugin-api";
import { startTestAlcove, type TestAlcove } from "@alcove/testing";
import { describe, expect, it, vi } from "vitest";
import memory from "./conversation-memory.js";
import { summariserInput, summariserOutput } from "./summaries.js";

// The first start loads the whole of Alcove.
vi.setConfig({ testTimeout: 60_000 });

const answerSchema = z.object({
  turns: z.array(z.object({ sequence: z.number(), role: z.string(), content: z.string(), at: z.string() })),
  next: z.number().optional(),
  summary: z.string().optional(),
});

function startMemory(configuration: Readonly<Record<string, unknown>> = {}, summariser?: FunctionDefinition) {
  const functions = summariser === undefined ? {} : { summariser };
  return startTestAlcove({
    plugins: [
      { id: "conversation-memory", functionGroups: { per_user_conversation_memory: memory } },
      { id: "models", functions },
    ],
    config: {
      functions: summariser === undefined ? {} : { summariser: { _type: "summariser" } },
      function_groups: { memory: { _type: "per_user_conversation_memory", ...configuration } },
    },
  });
}

async function say(alcove: TestAlcove, ...contents: readonly string[]): Promise<void> {
  for (const content of contents) {
    await alcove.user("alice").call("memory__append", { role: "user", content });
  }
}

async function asked(alcove: TestAlcove, member: "recall" | "search", input: Readonly<Record<string, unknown>> = {}) {
  const { turns, ...others } = await alcove.user("alice").call(`memory__${member}`, input, answerSchema);
  return { ...others, contents: turns.map(({ content }) => content), turns };
}

const summaryOf = async (alcove: TestAlcove) => (await asked(alcove, "recall")).summary;

describe("the memory of a conversation", () => {
  it("keeps who said what when, for each user apart, across restarts", async () => {
    await using alcove = await startMemory();
    const alice = alcove.user("alice");
    expect(await alice.call("memory__append", { role: "user", content: "Hello" })).toEqual({ sequence: 1, count: 1 });
    await alice.call("memory__append", { role: "assistant", content: "Good day" });
    await alcove.restart();
    const at = new Date(alcove.clock.nowMs()).toISOString();
    expect(await alice.call("memory__recall", {})).toEqual({
      turns: [
        { sequence: 1, role: "user", content: "Hello", at },
        { sequence: 2, role: "assistant", content: "Good day", at },
      ],
      summary: "",
    });
    expect(await alcove.user("bob").call("memory__recall", {})).toEqual({ turns: [], summary: "" });
  });

  it("is recalled page by page, the newest page first, and each page as it was said", async () => {
    await using alcove = await startMemory();
    await say(alcove, "one", "two", "three", "four", "five");
    const first = await asked(alcove, "recall", { limit: 2 });
    expect(first.contents).toEqual(["four", "five"]);
    const second = await asked(alcove, "recall", { limit: 2, from: first.next });
    expect(second.contents).toEqual(["two", "three"]);
    const last = await asked(alcove, "recall", { limit: 2, from: second.next });
    expect([last.contents, last.next]).toEqual([["one"], undefined]);
  });

  it("is searched for all words of a text in any case, page by page, the newest first", async () => {
    await using alcove = await startMemory();
    await say(alcove, "The CAFÉ is blue", "tea", "a blue house", "Blue: the colour of the café");
    const first = await asked(alcove, "search", { text: "blue café", limit: 1 });
    expect(first.contents).toEqual(["Blue: the colour of the café"]);
    const second = await asked(alcove, "search", { text: "blue café", limit: 1, from: first.next });
    expect([second.contents, second.next]).toEqual([["The CAFÉ is blue"], undefined]);
    expect((await asked(alcove, "search", { text: "green" })).contents).toEqual([]);
    await expect(alcove.user("alice").call("memory__search", { text: "  " })).rejects.toThrow("text");
  });

  it("is forgotten but for the newest turns, and no number is given twice", async () => {
    await using alcove = await startMemory({ max_turns: 4, summarised_at_once: 2 });
    await say(alcove, "one", "two", "three", "four", "five");
    const alice = alcove.user("alice");
    expect(await alice.call("memory__forget", { keep_last: 1 })).toEqual({ forgotten: 4, count: 1 });
    expect(await asked(alcove, "recall")).toMatchObject({ contents: ["five"], summary: "" });
    expect(await alice.call("memory__forget", {})).toEqual({ forgotten: 1, count: 0 });
    expect(await alice.call("memory__append", { role: "user", content: "six" })).toEqual({ sequence: 6, count: 1 });
  });

  it("refuses a turn that is too long, and changes nothing in a run that fails", async () => {
    await using alcove = await startMemory({ max_turn_characters: 5, max_turns: 2, summarised_at_once: 1 });
    await say(alcove, "one", "two");
    await expect(say(alcove, "123456")).rejects.toThrow("A turn may have 5 characters; this one has 6.");
    await alcove.user("alice").callAndFail("memory__append", { role: "user", content: "three" });
    expect(await asked(alcove, "recall")).toMatchObject({ contents: ["one", "two"], summary: "" });
  });
});

describe("the summary", () => {
  it("takes the oldest turns when there are too many, by their first sentences", async () => {
    await using alcove = await startMemory({ max_turns: 3, summarised_at_once: 2 });
    await say(alcove, "First. And more", "second", "third", "fourth");
    expect(await asked(alcove, "recall")).toMatchObject({
      contents: ["third", "fourth"],
      summary: "user: First.\nuser: second",
    });
  });

  it("catches up step by step when fewer turns are allowed than there are", async () => {
    await using alcove = await startMemory();
    await say(alcove, "1", "2", "3", "4", "5", "6");
    const fewer = { _type: "per_user_conversation_memory", max_turns: 2, summarised_at_once: 2 };
    await alcove.restart({ config: { function_groups: { memory: fewer } } });
    const counts: unknown[] = [];
    for (const content of ["7", "8", "9", "10"]) {
      counts.push(await alcove.user("alice").call("memory__append", { role: "user", content }));
    }
    expect(counts).toMatchObject([{ count: 5 }, { count: 4 }, { count: 3 }, { count: 2 }]);
    expect(await summaryOf(alcove)).toBe(["1", "2", "3", "4", "5", "6", "7", "8"].map((n) => `user: ${n}`).join("\n"));
  });

  it("is made by the configured function, from the summary so far and the turns that follow", async () => {
    const given: unknown[] = [];
    const summariser = defineFunction({
      input: summariserInput,
      output: summariserOutput,
      build: () => (input) => {
        given.push(input);
        return { summary: `${input.summary}${input.turns.map(({ content }) => content).join("")}` };
      },
    });
    const rules = { max_turns: 2, summarised_at_once: 2, max_summary_characters: 4, summariser_name: "summariser" };
    await using alcove = await startMemory(rules, summariser);
    await say(alcove, "a", "b", "c", "d", "e");
    expect(given).toMatchObject([
      { summary: "", turns: [{ content: "a" }, { content: "b" }], max_characters: 4 },
      { summary: "ab", turns: [{ content: "c" }, { content: "d" }], max_characters: 4 },
    ]);
    expect(await summaryOf(alcove)).toBe("abcd");
  });

  it("is cut where the function makes it too long", async () => {
    const summariser = defineFunction({
      input: summariserInput,
      output: summariserOutput,
      build: () => () => ({ summary: "abcdef" }),
    });
    const rules = { max_turns: 1, summarised_at_once: 1, max_summary_characters: 4, summariser_name: "summariser" };
    await using alcove = await startMemory(rules, summariser);
    await say(alcove, "one", "two");
    expect(await summaryOf(alcove)).toBe("abc…");
  });

  it("may be made by a function of the user's own, whose state is stored with it", async () => {
    const summariser = definePerUserFunction({
      input: summariserInput,
      output: summariserOutput,
      state: { version: 1, schema: z.object({ made: z.number() }), initial: () => ({ made: 0 }) },
      build:
        () =>
        (_input, { state }) => {
          state.made += 1;
          return { summary: `summary ${state.made}` };
        },
    });
    await using alcove = await startMemory(
      { max_turns: 1, summarised_at_once: 1, summariser_name: "summariser" },
      summariser,
    );
    await say(alcove, "one", "two");
    await alcove.user("alice").callAndFail("memory__append", { role: "user", content: "lost" });
    await say(alcove, "three");
    expect(await summaryOf(alcove)).toBe("summary 2");
  });

  it("that cannot be made fails the append, and every turn is still there", async () => {
    let isDown = true;
    const summariser = defineFunction({
      input: summariserInput,
      output: summariserOutput,
      build: () => () => {
        if (isDown) {
          throw new RangeError("The model is down.");
        }
        return { summary: "all of it" };
      },
    });
    await using alcove = await startMemory(
      { max_turns: 2, summarised_at_once: 1, summariser_name: "summariser" },
      summariser,
    );
    await say(alcove, "one", "two");
    await expect(say(alcove, "three")).rejects.toThrow("The model is down.");
    expect(await asked(alcove, "recall")).toMatchObject({ contents: ["one", "two"], summary: "" });
    isDown = false;
    await say(alcove, "three");
    expect(await asked(alcove, "recall")).toMatchObject({ contents: ["two", "three"], summary: "all of it" });
  });

  it("refuses a configuration that summarises more turns than are kept", async () => {
    await expect(startMemory({ max_turns: 10 })).rejects.toThrow("expected no more than max_turns");
  });
});
