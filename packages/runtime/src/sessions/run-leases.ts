import type { Run } from "../runs/run.js";
import type { RunLease } from "../runs/run-lease.js";
import type { StateDrafts } from "../runs/state-drafts.js";
import type { ResidentSession } from "./resident-session.js";

/** What a lease on a run in a user's session is made of. */
export interface PerUserLeaseParts {
  readonly run: Run;
  readonly drafts: StateDrafts;
  readonly resident: ResidentSession;
  /** Gives the slot among the simultaneous runs back; may be called again by `release`. */
  readonly releaseSlot: () => void;
  /** Gives everything the run holds back: the slot, the user's turn, its place among the active runs. */
  readonly release: () => void;
}

/** The lease on a run in a user's session. */
export function perUserLease({ run, drafts, resident, releaseSlot, release }: PerUserLeaseParts): RunLease {
  const releaseOnce = once(release);
  return {
    run,
    async commit() {
      run.end();
      try {
        const changes = drafts.finish();
        // The slot is given back before the commit, so that commits of many users still meet in one batch.
        releaseSlot();
        await resident.commit(changes);
      } finally {
        releaseOnce();
      }
    },
    rollback() {
      run.end();
      drafts.discard();
      releaseOnce();
    },
  };
}

/** The lease on a run of a shared workflow, which has nothing to commit. */
export function sharedLease(run: Run, release: () => void): RunLease {
  const end = once(() => {
    run.end();
    release();
  });
  return { run, commit: async () => end(), rollback: end };
}

/** The action, at most once. */
export function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) {
      isDone = true;
      action();
    }
  };
}

/** Both actions, one after the other. */
export function inOrder(first: () => void, second: () => void): () => void {
  return () => {
    first();
    second();
  };
}
