import type { RunAbort } from "./run-abort.js";

/** How long a function gets to notice that its run was given up. */
const GRACE_MS = 1_000;

/**
 * The promise's outcome; or, where a function goes on although its run was given up, the run's end a second later. What
 * the function does after that reaches nothing any more: its call contexts are dead.
 */
export function withinGrace<Result>(abort: RunAbort, promise: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const giveUpSoon = (): void => {
      timer = setTimeout(() => reject(abort.error()), GRACE_MS);
    };
    const stopListening = abort.onAbort(giveUpSoon);
    if (abort.isAborted) {
      giveUpSoon();
    }
    const settle = (): void => {
      stopListening();
      clearTimeout(timer);
    };
    promise.then(resolve, reject).finally(settle);
  });
}

/** The same for each item of a stream. */
export async function* eachWithinGrace<Item>(
  abort: RunAbort,
  source: AsyncGenerator<Item, void, undefined>,
): AsyncGenerator<Item, void, undefined> {
  let isOver = false;
  try {
    for (;;) {
      const next = await withinGrace(abort, source.next());
      if (next.done === true) {
        isOver = true;
        return;
      }
      yield next.value;
    }
  } finally {
    if (!isOver) {
      // Not awaited: a generator that is stuck would never return. What it throws then is of no use to anybody.
      source.return().catch(() => undefined);
    }
  }
}
