import type { Span } from "../events/run-events.js";
import type { Entry } from "../plan/entry.js";
import { invokeFunction, streamFunction } from "./invoke-function.js";
import type { Run } from "./run.js";
import type { RunHost } from "./run-host.js";
import { eachWithinGrace, withinGrace } from "./within-grace.js";

/** Calls the entry of a run for its single result; where runs are limited, no longer than the run has time. */
export function invokeEntry(
  { fn }: Entry,
  { isTimeLimited }: Pick<RunHost, "isTimeLimited">,
  run: Run,
  input: unknown,
  span: Span | undefined,
): Promise<unknown> {
  const invoked = invokeFunction(run, fn, input, span);
  return isTimeLimited ? withinGrace(run.abort, invoked) : invoked;
}

/** The same for its stream. */
export function streamEntry(
  { fn }: Entry,
  { isTimeLimited }: Pick<RunHost, "isTimeLimited">,
  run: Run,
  input: unknown,
  span: Span | undefined,
): AsyncGenerator<unknown, void, undefined> {
  const streamed = streamFunction(run, fn, input, span);
  return isTimeLimited ? eachWithinGrace(run.abort, streamed) : streamed;
}
