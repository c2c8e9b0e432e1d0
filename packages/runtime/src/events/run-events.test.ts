import { silentLogger, systemClock } from "@alcove/plugin-api";
import { trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { Tracing } from "../tracing/tracing.js";
import { EventHub } from "./event-hub.js";
import type { IntermediateStep } from "./intermediate-step.js";
import { RunEvents } from "./run-events.js";

// Without a provider, the tracer's spans record nothing.
const tracing: Tracing = {
  tracer: trace.getTracer("test"),
  recordsContent: false,
  pseudonymOf: () => "somebody",
  inTrace: (_traceId, start) => start(),
};

function eventsIn(hub: EventHub): RunEvents {
  const facts = {
    runId: "run",
    traceId: "0af7651916cd43dd8448eb211c80319c",
    conversationId: undefined,
    request: undefined,
  };
  return new RunEvents({ userId: "alice", clock: systemClock, hub }, facts, undefined);
}

describe("the events of a run", () => {
  it("are not even made while nobody listens and nothing is traced", () => {
    const events = eventsIn(new EventHub(silentLogger));
    events.beginTrace("assistant", undefined);
    expect(events.trace).toBeUndefined();
    expect(events.start("WORKFLOW", "assistant", {}, undefined)).toBeUndefined();
  });

  it("are spans alone while the run is traced and nobody listens", () => {
    const events = eventsIn(new EventHub(silentLogger, tracing));
    events.beginTrace("assistant", undefined);
    const workflow = events.start("WORKFLOW", "assistant", {}, undefined);
    const fn = events.start("FUNCTION", "notepad", {}, workflow);
    expect(fn?.traced).toBeDefined();
    expect(fn?.traced).not.toBe(workflow?.traced);
    expect(fn).toMatchObject({ isAnnounced: false, wantsOutput: false, parentId: workflow?.uuid });
  });

  it("reach nobody without their beginning who began to listen in the middle of them", () => {
    const hub = new EventHub(silentLogger, tracing);
    const events = eventsIn(hub);
    events.beginTrace("assistant", undefined);
    const workflow = events.start("WORKFLOW", "assistant", {}, undefined);
    const heard: IntermediateStep[] = [];
    hub.subscribe((step) => heard.push(step));
    const fn = events.start("FUNCTION", "notepad", "a note", workflow);
    events.end(fn, { output: 1 });
    events.end(workflow, { output: 1 });
    expect(heard.map(({ payload: { eventType, data } }) => [eventType, data])).toEqual([
      ["FUNCTION_START", { input: "a note" }],
      ["FUNCTION_END", { input: "a note", output: 1 }],
    ]);
  });
});
