import type { Release } from "./contexts.js";

/** How releasing went: what failed, and whether time ran out. */
export interface DisposalReport {
  /** The errors of releases that threw; the others were released all the same. */
  readonly errors: readonly unknown[];
  /** How many releases had not ended when the time was over. */
  readonly unfinished: number;
  /** Whose releases failed or had not ended, as far as whoever added them said so. */
  readonly owners: readonly string[];
}

/**
 * Collects releases and runs them last-added first. One failing release stops no other. Inversify's own deactivation
 * order is not dependency order, which is why containers do not do this.
 */
export class DisposalStack {
  #releases: OwnedRelease[] = [];
  #disposal: Promise<DisposalReport> | undefined;

  /** How many releases are waiting. */
  get size(): number {
    return this.#releases.length;
  }

  /**
   * Adds a release. On a stack that is already disposed it runs at once, so that nothing acquired late is kept.
   *
   * @param owner Whose it is, for the report.
   */
  add(release: Release, owner?: string): void {
    if (this.#disposal === undefined) {
      this.#releases.push({ release, owner });
      return;
    }
    void Promise.resolve()
      .then(release)
      .catch(() => undefined);
  }

  /**
   * Runs every release, one after the other, within `timeoutMs` in all. One that hangs is left behind when its share of
   * the time is over, so that the others still get theirs. Idempotent: later calls get the first one's report. Never
   * rejects.
   */
  dispose(timeoutMs: number): Promise<DisposalReport> {
    this.#disposal ??= this.#releaseAll(timeoutMs);
    return this.#disposal;
  }

  async #releaseAll(timeoutMs: number): Promise<DisposalReport> {
    const releases = this.#releases.reverse();
    this.#releases = [];
    const deadlineMs = performance.now() + timeoutMs;
    const errors: unknown[] = [];
    const owners = new Set<string>();
    let unfinished = 0;
    for (const [index, { release, owner }] of releases.entries()) {
      const shareMs = Math.max(0, deadlineMs - performance.now()) / (releases.length - index);
      let isReleased = false;
      try {
        isReleased = await endsWithin(shareMs, release);
        unfinished += isReleased ? 0 : 1;
      } catch (error) {
        errors.push(error);
      }
      if (!isReleased && owner !== undefined) {
        owners.add(owner);
      }
    }
    return { errors, unfinished, owners: [...owners] };
  }
}

interface OwnedRelease {
  readonly release: Release;
  readonly owner: string | undefined;
}

/** Whether the release ended in time. One that is late is left alone; what it throws by then concerns nobody. */
async function endsWithin(timeoutMs: number, release: Release): Promise<boolean> {
  const ended = Promise.resolve(release()).then(() => true);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
    ended.catch(() => undefined);
  }
}
