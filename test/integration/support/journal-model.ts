import { added, initials, type JournalState, keptEntries, type Release, step, stepEntry } from "./journal-plugin.js";

/** How long a session lives, as the configuration of the histories says. */
const TIMEOUT_MS = 60_000;

/** What becomes of a commit. */
export type CommitFate = "kept" | "refused" | "unknown, lost" | "unknown, kept";

interface Entry {
  readonly sequence: number;
  readonly item: string;
}

interface ModelSession {
  readonly version: number;
  readonly state: JournalState;
  /** The entries that are kept, oldest first. */
  readonly entries: readonly Entry[];
  /** The number of the next entry. */
  readonly next: number;
  readonly expiresAtMs: number;
}

/** What the sessions ought to be, in the simplest terms. */
export class Model {
  nowMs = 0;
  release: Release = { version: 1, isBroken: false };
  readonly #sessions = new Map<string, ModelSession>();

  /** The outcome of a call: what it returns, or the code of its failure. */
  call(user: string, action: string, by: number, fate: CommitFate): unknown {
    const { version, isBroken } = this.release;
    const found = this.#sessions.get(user);
    const stored = found !== undefined && found.expiresAtMs > this.nowMs ? found : undefined;
    if (stored !== undefined && stored.version > version) {
      return "STATE_VERSION_UNSUPPORTED";
    }
    if (stored !== undefined && stored.version < version && isBroken) {
      return "STATE_MIGRATION_FAILED";
    }
    let state: JournalState = stored?.state ?? initials[version];
    let { entries, next } = stored ?? { entries: [], next: 1 };
    const append = (item: string): void => {
      entries = [...entries, { sequence: next, item }];
      next += 1;
    };
    for (let target = (stored?.version ?? version) + 1; target <= version; target += 1) {
      append(stepEntry(target, state));
      state = step(target, state);
    }
    if (action === "fail") {
      return "workflow_error";
    }
    if (action === "spoil") {
      return "STATE_INVALID";
    }
    if (action === "add") {
      state = added(version, state, by);
      append(`+${by}`);
      entries = entries.slice(-keptEntries);
    }
    if (fate === "kept" || fate === "unknown, kept") {
      this.#sessions.set(user, { version, state, entries, next, expiresAtMs: this.nowMs + TIMEOUT_MS });
    }
    return {
      kept: { ...state, entries },
      refused: "STORE_FAILED",
      "unknown, lost": "OUTCOME_UNKNOWN",
      "unknown, kept": "OUTCOME_UNKNOWN",
    }[fate];
  }
}
