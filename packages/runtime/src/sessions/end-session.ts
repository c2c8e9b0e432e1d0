import { AlcoveError } from "@alcove/plugin-api";
import { RunAbort } from "../runs/run-abort.js";
import type { PerUserRunHost } from "./per-user-run-host.js";
import type { Residency } from "./residency.js";
import { RunPermits } from "./run-permits.js";
import type { RunSurroundings } from "./run-surroundings.js";

/** Whose session is to end, and how. */
export interface SessionEnding {
  readonly userId: string;
  /** Removes or replaces the session in the store. */
  readonly change: () => Promise<void>;
  /** How long to wait for the runs that came before. */
  readonly timeoutMs: number;
}

/** Ends a session as `SessionManager.endSession` says, where users have rooms. @throws as that does. */
export async function endSession(
  { userId, change, timeoutMs }: SessionEnding,
  residency: Residency<PerUserRunHost>,
  surroundings: RunSurroundings,
): Promise<void> {
  const host = residency.hold(userId);
  const { resident } = host;
  const abort = new RunAbort();
  const permits = new RunPermits(surroundings, resident.turns, abort);
  const timer = setTimeout(() => abort.abort(busyError(timeoutMs)), timeoutMs);
  try {
    await permits.takeTurn((holder) => holder?.giveWay?.());
    await abort.race(Promise.all([residency.hasLeft(userId), resident.hasSettled()]));
    clearTimeout(timer);
    const { errors, unfinished, owners } = await resident.end(change);
    if (errors.length > 0 || unfinished > 0) {
      surroundings.logger.warn("A session did not end cleanly", { userId, errors, unfinished, owners });
    }
  } finally {
    clearTimeout(timer);
    permits.release();
    residency.release(host);
  }
}

function busyError(timeoutMs: number): AlcoveError {
  return new AlcoveError("SESSION_BUSY", `The user's runs did not end within ${timeoutMs / 1_000} s.`, {
    retryAfterSeconds: 1,
  });
}
