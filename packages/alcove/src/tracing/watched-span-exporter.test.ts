import { type LogFields, silentLogger } from "@alcove/plugin-api";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-node";
import { describe, expect, it } from "vitest";
import { WatchedSpanExporter } from "./watched-span-exporter.js";

const batch: ReadableSpan[] = [];
batch.length = 3;

describe("an exporter whose destination comes and goes", () => {
  it("is complained of once, and said to be well again once", () => {
    let outcome: { readonly code: 0 | 1; readonly error?: Error } = { code: 0 };
    const exporter: SpanExporter = { export: (_spans, report) => report(outcome), shutdown: async () => undefined };
    const lines: [string, LogFields | undefined][] = [];
    const log = (message: string, fields?: LogFields) => void lines.push([message, fields]);
    const watched = new WatchedSpanExporter(exporter, "http://there", { ...silentLogger, info: log, warn: log });
    const reported: number[] = [];
    const send = () => watched.export(batch, ({ code }) => reported.push(code));

    send();
    outcome = { code: 1, error: new Error("refused") };
    send();
    send();
    outcome = { code: 0 };
    send();
    send();
    expect(reported).toEqual([0, 1, 1, 0, 0]);
    expect(lines).toEqual([
      ["Spans do not reach http://there; they are dropped until it takes them", { reason: "refused" }],
      ["Spans reach http://there again", { lost: 6 }],
    ]);
  });
});
