import type { StepListener } from "../events/intermediate-step.js";
import type { Execution } from "./execution.js";
import { type ExecutionView, isFinal } from "./execution-view.js";

/** Who follows an execution. */
export interface ExecutionFollower {
  /** Called with what it has become. */
  readonly onChange: (view: ExecutionView) => void;
  /** Called when nothing more is heard of it though it has no end here: its session was ended, or what became of it is not known. */
  readonly onLost: () => void;
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

/** Follows an unfinished execution: the follower hears of every change from now on. */
export function followExecution(
  execution: Execution,
  { onChange, onLost, onStep }: ExecutionFollower,
): FollowedExecution {
  const look = (): void => {
    if (execution.isGone && !isFinal(execution.status)) {
      onLost();
    } else {
      onChange(execution.view());
    }
  };
  const ends = [execution.watch(look), execution.onStep(onStep)];
  const unfollow = (): void => {
    for (const end of ends) {
      end();
    }
  };
  return { view: execution.view(), unfollow };
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
