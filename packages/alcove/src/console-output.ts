/** Where commands write for people and scripts. Log lines go through the logger. */
export interface ConsoleOutput {
  /** Writes a line to standard output: what was asked for. */
  result(line: string): void;
  /** Writes a line to standard error: what went wrong, or is remarkable. */
  notice(line: string): void;
}

/** The process's own standard output and standard error. */
export const processOutput: ConsoleOutput = {
  result: (line) => void process.stdout.write(`${line}\n`),
  notice: (line) => void process.stderr.write(`${line}\n`),
};
