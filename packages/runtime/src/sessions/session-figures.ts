/** Counts what a session does, in this process only: the durable count of runs lives in the session's record. */
export class SessionFigures {
  #completed = 0;
  #failed = 0;
  #totalLatencyMs = 0;

  /** How many runs failed. */
  get errorCount(): number {
    return this.#failed;
  }

  /** The mean time from a run's start to its end, waiting included; 0 before the first. */
  get averageLatencyMs(): number {
    const runs = this.#completed + this.#failed;
    return runs === 0 ? 0 : this.#totalLatencyMs / runs;
  }

  /** Counts a run that ended. */
  record(outcome: "completed" | "failed", latencyMs: number): void {
    if (outcome === "completed") {
      this.#completed += 1;
    } else {
      this.#failed += 1;
    }
    this.#totalLatencyMs += latencyMs;
  }
}
