import { describe, expect, it } from "vitest";
import { SessionFigures } from "./session-figures.js";

describe("the figures of a session", () => {
  it("are zero before the first run", () => {
    expect(new SessionFigures()).toMatchObject({ errorCount: 0, averageLatencyMs: 0 });
  });

  it("average the latencies of all runs, failed ones included, and count the failures", () => {
    const figures = new SessionFigures();
    figures.record("completed", 10);
    figures.record("failed", 40);
    figures.record("completed", 40);
    expect(figures).toMatchObject({ errorCount: 1, averageLatencyMs: 30 });
  });
});
