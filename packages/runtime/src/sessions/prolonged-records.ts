import { AlcoveError } from "@alcove/plugin-api";
import type { RecordChange, SessionCommit, SessionKey, SessionStore, StoredSession } from "@alcove/state";

const attempts = 5;

/** Whose records are changed, and where. */
export interface ProlongedSession {
  readonly store: SessionStore;
  readonly key: SessionKey;
  /** How long the session lasts from the change on. */
  readonly timeoutMs: number;
  /** Asked before a session is begun; throws where no more may be. */
  readonly admitNewSession?: (() => void) | undefined;
}

/**
 * Changes records of a user in front of a shared workflow. It has no state and no runs to commit, so the user's session is there
 * for the records alone: it begins with the first, and lasts a session's time from the latest on.
 *
 * @throws STORE_CONFLICT when others changed it every time; the store's other errors.
 */
export async function changeAndProlong(
  { store, key, timeoutMs, admitNewSession }: ProlongedSession,
  changes: readonly RecordChange[],
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const stored = await store.load(key);
    if (stored === undefined) {
      admitNewSession?.();
    }
    try {
      await store.commit({ ...prolonged(key, stored, store.nowMs(), timeoutMs), records: changes });
      return;
    } catch (error) {
      if (!AlcoveError.is(error) || error.code !== "STORE_CONFLICT" || attempt === attempts) {
        throw error;
      }
    }
  }
}

function prolonged(
  key: SessionKey,
  stored: StoredSession | undefined,
  nowMs: number,
  timeoutMs: number,
): SessionCommit {
  const components = Array.from(stored?.components ?? [], ([name, { version, state }]) => {
    return [name, { version, json: JSON.stringify(state) }] as const;
  });
  return {
    key,
    expectedRevision: stored?.revision ?? 0,
    createdAtMs: stored?.createdAtMs ?? nowMs,
    lastActivityAtMs: nowMs,
    expiresAtMs: nowMs + timeoutMs,
    runsCompleted: stored?.runsCompleted ?? 0,
    components: new Map(components),
    collections: stored?.collections ?? new Map(),
  };
}
