import type { Span } from "../events/run-events.js";
import { invokeFunction, streamFunction } from "./invoke-function.js";
import type { Run } from "./run.js";
import type { RunHost } from "./run-host.js";
import { eachWithinGrace, withinGrace } from "./within-grace.js";

/** Calls the workflow of a run for its single result; where runs are limited, no longer than the run has time. */
export function invokeWorkflow(host: RunHost, run: Run, input: unknown, span: Span | undefined): Promise<unknown> {
  const invoked = invokeFunction(run, host.workflow, input, span);
  return host.isTimeLimited ? withinGrace(run.abort, invoked) : invoked;
}

/** The same for its stream. */
export function streamWorkflow(
  host: RunHost,
  run: Run,
  input: unknown,
  span: Span | undefined,
): AsyncGenerator<unknown, void, undefined> {
  const streamed = streamFunction(run, host.workflow, input, span);
  return host.isTimeLimited ? eachWithinGrace(run.abort, streamed) : streamed;
}
