import type { ConsoleOutput } from "./console-output.js";

// Taken before any plugin runs, and could put something else in its place.
const exit = process.exit;
let isIntended = false;

/** Ends the process because Alcove wants to. */
export function endProcess(exitCode: number): never {
  isIntended = true;
  return exit(exitCode);
}

/**
 * Makes a failure of it when anything but {@link endProcess} calls `process.exit()`, such as the module of a plugin: says
 * which code did, and has the process exit with 1. Otherwise `alcove validate` would end with 0 and without a word. Called once.
 */
export function reportStrayExit(output: ConsoleOutput): void {
  process.on("exit", (exitCode) => {
    const caller = exitCaller(new Error("exit").stack ?? "");
    if (isIntended || caller === undefined) return;
    output.notice(
      `error: ${caller} called process.exit(${exitCode}) before Alcove had done its work.\n` +
        "how to mend it: Take the call out of that code, or do without the plugin it is of; a plugin throws where it cannot go on.",
    );
    process.exitCode = 1;
  });
}

/** The place that called `process.exit()`, as a stack taken while the process exits shows it; `undefined` where nobody did. */
function exitCaller(stack: string): string | undefined {
  const frames = stack.split("\n");
  const called = frames.findIndex((frame) => /\bprocess\.(?:exit|reallyExit) \(node:/.test(frame));
  if (called === -1) return undefined;
  return frames[called + 1]?.replace(/^\s*at (?:async )?/, "").replace(/^.*\((.*)\)$/, "$1") ?? "Some code";
}
