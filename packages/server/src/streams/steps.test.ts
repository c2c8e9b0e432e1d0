import { AlcoveError } from "@alcove/plugin-api";
import type { IntermediateStep, StepType } from "@alcove/runtime";
import { describe, expect, it } from "vitest";
import { markdownSteps, rawSteps, wantedTypes } from "./steps.js";

function step(eventType: StepType, data: IntermediateStep["payload"]["data"], name = "notepad"): IntermediateStep {
  return {
    parentId: "p",
    functionAncestry: { functionId: "u", functionName: name, parentId: "p", parentName: "<workflow>" },
    payload: {
      eventType,
      eventTimestampMs: 1_500,
      spanStartTimestampMs: eventType.endsWith("_END") ? 1_000 : undefined,
      name,
      runId: "r",
      traceId: "t",
      userId: "alice's id",
      data,
      uuid: "u",
    },
  };
}

describe("steps in Markdown", () => {
  it("tell of the start and the end of functions, the input again with the output", () => {
    const adapt = markdownSteps();
    const input = '**Function Input:**\n```json\n{\n  "a": 1\n}\n```';
    expect(adapt(step("FUNCTION_START", { input: { a: 1 } }))).toEqual({
      id: "u",
      parent_id: "p",
      type: "markdown",
      name: "Function Start: notepad",
      payload: input,
    });
    expect(adapt(step("FUNCTION_END", { input: { a: 1 }, output: "done" }))).toEqual({
      id: "u",
      parent_id: "p",
      type: "markdown",
      name: "Function Complete: notepad",
      payload: `${input}\n\n**Function Output:**\n\`\`\`json\n"done"\n\`\`\``,
    });
  });

  it("say nothing of the workflow's own start and end", () => {
    const adapt = markdownSteps();
    expect(adapt(step("WORKFLOW_START", { input: 1 }))).toBeUndefined();
    expect(adapt(step("WORKFLOW_END", { output: 1 }))).toBeUndefined();
  });

  it("let no text out of its block, and no markup through", () => {
    const payload = markdownSteps()(step("FUNCTION_START", { input: "```\n<script>&amp;" }))?.payload;
    expect(payload).toBe('**Function Input:**\n```json\n"```\\n&lt;script&gt;&amp;amp;"\n```');
  });

  it("show what JSON cannot hold without failing", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const adapt = markdownSteps();
    expect(adapt(step("FUNCTION_START", { input: cycle }))?.payload).toContain("JSON cannot hold it");
    expect(adapt(step("FUNCTION_START", { input: undefined }))?.payload).toContain("null");
  });

  it("say of an error what the client would be told of it, and no more", () => {
    const adapt = markdownSteps();
    const told = adapt(step("FUNCTION_END", { error: new RangeError("too far", { cause: "secret" }) }))?.payload;
    expect(told).toContain('"message": "too far"');
    expect(told).not.toMatch(/secret|steps\.test/);
    const hidden = new AlcoveError("STORE_FAILED", "SQLite said /var/secret/path");
    expect(adapt(step("FUNCTION_END", { error: hidden }))?.payload).not.toContain("secret");
  });
});

describe("raw steps", () => {
  it("have the reference's names and times, and nothing of the user but the data", () => {
    const record = rawSteps()(step("FUNCTION_END", { input: "one", output: { a: 1 } }));
    expect(record).toMatchObject({ id: "u", parent_id: "p", type: "FUNCTION_END", name: "notepad" });
    expect(JSON.parse(record?.payload ?? "")).toEqual({
      event_timestamp: 1.5,
      span_event_timestamp: 1,
      event_type: "FUNCTION_END",
      name: "notepad",
      UUID: "u",
      data: { input: "one", output: { a: 1 } },
    });
  });

  it("are left out unless their type is wanted", () => {
    const adapt = rawSteps(wantedTypes("LLM_END, FUNCTION_END"));
    expect(adapt(step("FUNCTION_START", { input: 1 }))).toBeUndefined();
    expect(adapt(step("FUNCTION_END", { error: new TypeError("no") }))?.payload).toContain(
      '"error":{"code":"workflow_error"',
    );
  });

  it.each([
    [undefined, undefined],
    ["", undefined],
    ["none", []],
    [" NONE ", []],
    ["A,B", ["A", "B"]],
    [
      ["A", "B,C"],
      ["A", "B", "C"],
    ],
  ] as const)("asked for with filter_steps %j are %j", (filter, types) => {
    expect(wantedTypes(filter)).toEqual(types === undefined ? undefined : new Set(types));
  });
});
