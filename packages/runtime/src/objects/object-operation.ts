import { AlcoveError } from "@alcove/plugin-api";
import { followSignal } from "../runs/follow-signal.js";

/** What a driver is asked with. */
export interface DriverQuestion {
  /** The name of the store. */
  readonly store: string;
  readonly timeoutMs: number;
  /** Gives the question up. */
  readonly signal: AbortSignal;
  /** Called when the driver has answered, be it after everybody has stopped waiting. */
  readonly onSettled?: () => void;
}

/**
 * Asks a driver for something, for so long and no longer.
 *
 * @throws OBJECT_STORE_FAILED when it fails, or takes too long; what the driver throws where that is an error of the
 * catalogue; the reason of the signal.
 */
export function askDriver<Result>(
  { store, timeoutMs, signal, onSettled }: DriverQuestion,
  ask: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const giveUp = (reason: unknown): void => {
      controller.abort(reason);
      reject(reason);
    };
    const timer = setTimeout(() => giveUp(lateError(store, timeoutMs)), timeoutMs);
    const stopFollowing = followSignal(signal, giveUp);
    const answer = async (): Promise<Result> => {
      // What is given up already is not begun.
      controller.signal.throwIfAborted();
      return ask(controller.signal);
    };
    answer()
      .then(resolve, (error: unknown) => reject(AlcoveError.is(error) ? error : failureOf(store, error)))
      .finally(() => {
        clearTimeout(timer);
        stopFollowing?.();
        onSettled?.();
      });
  });
}

function lateError(store: string, timeoutMs: number): AlcoveError {
  const message = `The object store ${store} did not answer within ${timeoutMs / 1_000} s (object_stores.${store}.operation_timeout).`;
  return new AlcoveError("OBJECT_STORE_FAILED", message);
}

function failureOf(store: string, cause: unknown): AlcoveError {
  return new AlcoveError("OBJECT_STORE_FAILED", `The object store ${store} failed.`, { cause });
}
