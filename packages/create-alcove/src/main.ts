import { runCommandLine } from "./command-line.js";

// A reader that goes away, as `npm create alcove … | head` does, is no reason to crash.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      throw error;
    }
  });
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
  workingDirectory: process.cwd(),
  result: (text) => void process.stdout.write(`${text}\n`),
  notice: (text) => void process.stderr.write(`${text}\n`),
});
