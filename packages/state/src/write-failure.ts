import { StoreError } from "@alcove/plugin-api";

/** What a failed access to the medium means for what it was to change. */
export interface WriteFailure {
  /**
   * - `busy`: nothing was changed, and trying again soon may help;
   * - `refused`: nothing was changed, and nothing can be for now;
   * - `suspect`: nothing was changed, and one entry of several may be to blame;
   * - `unknown`: it may or may not have been changed.
   */
  readonly kind: "busy" | "refused" | "suspect" | "unknown";
  /** What the caller of a change is told where nothing was changed; `STORE_FAILED` when left out. */
  readonly code?: "STORE_FULL" | "STATE_TOO_LARGE";
  /** For people, to follow a colon: `the disk is full`. */
  readonly reason: string;
  /** Where waiting may help, after how many seconds to try again. */
  readonly retryAfterSeconds?: number;
}

/** What the caller of a change is told. */
export function changeError(failure: WriteFailure, cause: unknown): StoreError {
  if (failure.kind === "unknown") {
    return new StoreError("OUTCOME_UNKNOWN", `Whether the change is stored is not known: ${failure.reason}.`, {
      cause,
    });
  }
  return new StoreError(
    failure.code ?? "STORE_FAILED",
    `The change was not stored: ${failure.reason}. Nothing was changed.`,
    {
      cause,
      ...retryOf(failure),
    },
  );
}

/** What the caller of a reading access is told. */
export function readError(failure: WriteFailure, cause: unknown): StoreError {
  return new StoreError("STORE_FAILED", `The store could not be read: ${failure.reason}.`, {
    cause,
    ...retryOf(failure),
  });
}

function retryOf({ retryAfterSeconds }: WriteFailure): { retryAfterSeconds?: number } {
  return retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
}
