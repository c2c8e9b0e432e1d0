import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TelemetryConfig } from "@alcove/config";
import { silentLogger } from "@alcove/plugin-api";
import { ROOT_CONTEXT, type Span } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTracing } from "./start-tracing.js";

const named = "4bf92f3577b34da6a3ce929d0e0e4736";
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "alcove-tracing-"));
});

afterEach(() => rm(folder, { recursive: true }));

function started(samplingRatio = 1, application = "notes") {
  const telemetry: TelemetryConfig = {
    logging: { level: "info", format: "auto", scopes: {} },
    exporters: [{ kind: "file", name: "kept", path: join(folder, "deeper", "spans.jsonl") }],
    samplingRatio,
    recordContent: false,
  };
  return startTracing({ telemetry, application, logger: silentLogger });
}

describe("tracing", () => {
  it("writes a line for each span, for the owner's eyes, before it is closed", async () => {
    const { tracing, close } = started();
    const span = tracing.inTrace(named, () => tracing.tracer.startSpan("outer", {}, ROOT_CONTEXT));
    span.setAttribute("long", "x".repeat(10_000));
    span.end();
    await close(10_000);
    const path = join(folder, "deeper", "spans.jsonl");
    const text = await readFile(path, "utf8");
    expect(text.split("\n")).toHaveLength(2);
    expect(JSON.parse(text)).toEqual({
      name: "outer",
      trace_id: named,
      span_id: span.spanContext().spanId,
      parent_id: null,
      kind: "internal",
      start: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      duration_ms: expect.any(Number),
      status: "unset",
      attributes: { long: "x".repeat(8_192) },
      links: [],
      events: [],
      resource: expect.objectContaining({ "service.name": "notes" }),
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("names a trace for the spans that begin it, and for no later one", async () => {
    const { tracing, close } = started();
    const begin = (): Span => tracing.tracer.startSpan("root", {}, ROOT_CONTEXT);
    expect(tracing.inTrace(named, begin).spanContext().traceId).toBe(named);
    expect(begin().spanContext().traceId).not.toBe(named);
    await close(10_000);
  });

  it("records the part of the traces it is told to", async () => {
    const [all, none] = [started(1), started(0)];
    expect(all.tracing.tracer.startSpan("root").isRecording()).toBe(true);
    expect(none.tracing.tracer.startSpan("root").isRecording()).toBe(false);
    await Promise.all([all.close(10_000), none.close(10_000)]);
  });

  it("gives a user one pseudonym in an application, and another one in another", async () => {
    const [one, other] = [started().tracing, started(1, "other").tracing];
    expect(one.pseudonymOf("alice")).toBe(one.pseudonymOf("alice"));
    expect(one.pseudonymOf("alice")).not.toBe(one.pseudonymOf("bob"));
    expect(one.pseudonymOf("alice")).not.toBe(other.pseudonymOf("alice"));
  });
});
