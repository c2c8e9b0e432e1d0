import type { FunctionPlan } from "../plan/application-plan.js";
import type { Runner } from "../runs/runner.js";
import type { Session } from "../sessions/session.js";
import type { Execution } from "./execution.js";
import { requestOf } from "./stored-request.js";

/** What an execution is started in. */
export interface ExecutionStage {
  readonly workflow: FunctionPlan;
  readonly sessions: { session(options: { readonly userId: string }): Session };
}

/** Begins the run of an execution. Resolves when the run has ended, or waits for a person; never rejects. */
export async function startExecution(execution: Execution, { sessions, workflow }: ExecutionStage): Promise<void> {
  if (execution.isOver) {
    return;
  }
  const { input } = execution;
  let session: Session;
  try {
    session = sessions.session({ userId: execution.userId });
  } catch (error) {
    execution.failed(error);
    return;
  }
  const runner = session.execute(input.input, requestOf(input), execution);
  execution.abortsWith((reason) => runner.abort(reason));
  runner.subscribe((step) => execution.passStep(step));
  const hasOutput = workflow.schemas.output !== undefined;
  const ended = (hasOutput ? runner.reply() : readToEnd(runner)).catch((error: unknown) => execution.failed(error));
  session.close();
  await Promise.race([ended, waits(execution)]);
}

function waits(execution: Execution): Promise<void> {
  return new Promise((resolve) => {
    const unwatch = execution.watch(() => {
      if (execution.status === "waiting" || execution.isGone) {
        unwatch();
        resolve();
      }
    });
  });
}

async function readToEnd(runner: Runner): Promise<void> {
  const { chunks } = await runner.replyStream();
  for await (const _ of chunks) {
    // The execution has them.
  }
}
