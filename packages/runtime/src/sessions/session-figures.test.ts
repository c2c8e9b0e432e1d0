import { describe, expect, it } from "vitest";
import { SessionFigures } from "./session-figures.js";

describe("the figures of a session", () => {
  it("are zero before the first run", () => {
    expect(new SessionFigures()).toMatchObject({
      errorCount: 0,
      cancelledCount: 0,
      streamCount: 0,
      averageLatencyMs: 0,
      latencyPercentiles: { p50Ms: 0, p95Ms: 0, p99Ms: 0 },
    });
  });

  it("average the latencies of all runs, and count failures, cancellations and streams", () => {
    const figures = new SessionFigures();
    figures.record("single", "completed", 10);
    figures.record("stream", "failed", 40);
    figures.record("single", "failed", 20);
    figures.record("stream", "cancelled", 50);
    figures.record("stream", "completed", 30);
    expect(figures).toMatchObject({ errorCount: 2, cancelledCount: 1, streamCount: 3, averageLatencyMs: 30 });
  });

  it("have the percentiles of the latest 64 runs", () => {
    const figures = new SessionFigures();
    figures.record("single", "completed", 9_999);
    for (let latencyMs = 1; latencyMs <= 64; latencyMs += 1) {
      figures.record("single", "completed", latencyMs);
    }
    expect(figures.latencyPercentiles).toEqual({ p50Ms: 32, p95Ms: 61, p99Ms: 64 });
  });
});
