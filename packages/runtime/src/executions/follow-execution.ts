import type { StepListener } from "../events/intermediate-step.js";
import type { Execution } from "./execution.js";
import type { ExecutionView } from "./execution-view.js";

/** Who follows an execution. */
export interface ExecutionFollower {
  /** Called with what it has become. */
  readonly onChange: (view: ExecutionView) => void;
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
export function followExecution(execution: Execution, { onChange, onStep }: ExecutionFollower): FollowedExecution {
  const ends = [execution.watch(() => onChange(execution.view())), execution.onStep(onStep)];
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
