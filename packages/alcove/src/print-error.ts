import { AlcoveError, type ErrorCode, formatReport, StartupRefusedError } from "@alcove/plugin-api";
import type { ConsoleOutput } from "./console-output.js";
import type { ExitCode } from "./exit-code.js";
import { ReportedFailure } from "./reported-failure.js";

const wrongCommandLine: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["USAGE", "PLUGIN_UNKNOWN", "PROJECT_REFUSED"]);

/** Prints what went wrong with a command, unless it has done so itself, and gives what the process is to exit with. */
export function printError(error: unknown, output: ConsoleOutput, showsStacks: boolean): ExitCode {
  printUnlessReported(error, output, showsStacks);
  return AlcoveError.is(error) && wrongCommandLine.has(error.code) ? 2 : 1;
}

function printUnlessReported(error: unknown, output: ConsoleOutput, showsStacks: boolean): void {
  if (error instanceof ReportedFailure) {
    return;
  }
  if (error instanceof StartupRefusedError) {
    output.notice(formatReport(error.problems));
  } else if (AlcoveError.is(error)) {
    output.notice(`error: ${error.message}\nhow to mend it: ${error.remedy}`);
  } else {
    output.notice(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (showsStacks && error instanceof Error) {
    output.notice(stackOf(error));
  }
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
