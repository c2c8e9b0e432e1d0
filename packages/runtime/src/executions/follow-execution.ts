import { AlcoveError } from "@alcove/plugin-api";
import type { StepListener } from "../events/intermediate-step.js";
import type { Execution } from "./execution.js";
import { type ExecutionView, isFinal } from "./execution-view.js";

/** Who follows an execution. */
export interface ExecutionFollower {
  /** Called with what it has become. */
  readonly onChange: (view: ExecutionView) => void;
  /**
   * Called when nothing more is heard of it though it has no end: EXECUTION_NOT_FOUND when its session was ended, SHUTTING_DOWN when
   * the process goes before it, the store's error when that cannot tell its end.
   */
  readonly onLost: (reason: AlcoveError) => void;
  /** Called with every step of its run. */
  readonly onStep: StepListener;
}

/** An execution that is followed. */
export interface FollowedExecution {
  /** What it is now. */
  readonly view: ExecutionView;
  /** Ends the following. */
  unfollow(): void;
}

/**
 * Follows an unfinished execution: the follower hears of every change from now on.
 *
 * @param stored Reads what has become of it from the store: a process may not know it when the store does.
 */
export function followExecution(
  execution: Execution,
  { onChange, onLost, onStep }: ExecutionFollower,
  stored: () => Promise<ExecutionView>,
): FollowedExecution {
  let isFollowed = true;
  let isOver = false;
  const lookInStore = async (): Promise<void> => {
    const found = await stored().catch(codedError);
    if (!isFollowed) {
      return;
    }
    if (AlcoveError.is(found)) {
      onLost(found);
    } else if (isFinal(found.status)) {
      onChange(found);
    } else {
      onLost(new AlcoveError("SHUTTING_DOWN", "The server is stopping.", { retryAfterSeconds: 1 }));
    }
  };
  const look = (): void => {
    // An execution that has ended is dropped afterwards.
    if (isOver) {
      return;
    }
    const hasEnd = isFinal(execution.status);
    isOver = hasEnd || execution.isGone;
    if (isOver && !hasEnd) {
      void lookInStore();
    } else {
      onChange(execution.view());
    }
  };
  const ends = [execution.watch(look), execution.onStep(onStep)];
  const unfollow = (): void => {
    isFollowed = false;
    for (const end of ends) {
      end();
    }
  };
  return { view: execution.view(), unfollow };
}

function codedError(error: unknown): AlcoveError {
  return AlcoveError.is(error)
    ? error
    : new AlcoveError("INTERNAL", "What became of it cannot be read.", { cause: error });
}

/** Resolves when nothing more happens to an execution in this process, or when the time is over. */
export function whenGone(execution: Execution, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      unwatch();
      resolve();
    };
    const timer = setTimeout(end, timeoutMs);
    const unwatch = execution.watch(() => {
      if (execution.isGone) {
        end();
      }
    });
  });
}
