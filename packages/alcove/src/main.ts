import { runCommandLine } from "./command-line.js";
import { processOutput } from "./console-output.js";
import { stopSignal } from "./stop-signals.js";
import { endProcess, reportStrayExit } from "./stray-exit.js";

/** The process `alcove`: runs the command line and ends the process with its exit code. Called once, by `bin/alcove.js`. */
export async function main(): Promise<never> {
  // A reader that goes away, as `alcove … | head` does, is no reason to crash.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") {
        throw error;
      }
    });
  }

  reportStrayExit(processOutput);

  // A promise alone keeps no process alive, and a plugin that never answers is nothing else.
  const keptAlive = setInterval(() => undefined, 60_000);

  const exitCode = await runCommandLine(process.argv.slice(2), {
    output: processOutput,
    isTerminal: process.stdout.isTTY === true,
    showsStacks: process.env["ALCOVE_LOG_LEVEL"] === "debug",
    stopSignal,
  });
  // What a plugin left running must not keep the process alive.
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write("", done))));
  clearInterval(keptAlive);
  return endProcess(exitCode);
}
