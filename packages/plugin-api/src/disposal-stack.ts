import type { Release } from "./contexts.js";

/** How releasing went: what failed, and whether time ran out. */
export interface DisposalReport {
  /** The errors of releases that threw; the others were released all the same. */
  readonly errors: readonly unknown[];
  /** How many releases had not ended when the time was over. */
  readonly unfinished: number;
}

/**
 * Collects releases and runs them last-added first. One failing release stops no other. Inversify's own deactivation
 * order is not dependency order, which is why containers do not do this.
 */
export class DisposalStack {
  #releases: Release[] = [];
  #disposal: Promise<DisposalReport> | undefined;

  /** How many releases are waiting. */
  get size(): number {
    return this.#releases.length;
  }

  /** Adds a release. On a stack that is already disposed it runs at once, so that nothing acquired late is kept. */
  add(release: Release): void {
    if (this.#disposal === undefined) {
      this.#releases.push(release);
      return;
    }
    void Promise.resolve().then(release).catch(() => undefined);
  }

  /**
   * Runs every release, each to its end before the next, until all are done or `timeoutMs` is over. Idempotent: later
   * calls get the first one's report. Never rejects.
   */
  dispose(timeoutMs: number): Promise<DisposalReport> {
    this.#disposal ??= this.#runAll(timeoutMs);
    return this.#disposal;
  }

  async #runAll(timeoutMs: number): Promise<DisposalReport> {
    const releases = this.#releases.reverse();
    this.#releases = [];
    const errors: unknown[] = [];
    let finished = 0;
    const runEach = async (): Promise<void> => {
      for (const release of releases) {
        try {
          await release();
        } catch (error) {
          errors.push(error);
        }
        finished += 1;
      }
    };
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([runEach(), timeout]);
    clearTimeout(timer);
    return { errors, unfinished: releases.length - finished };
  }
}
