import type { ConsoleOutput } from "../console-output.js";
import type { StopSignal } from "../stop-signals.js";

/** What commands get from the process they run in. */
export interface CommandContext {
  readonly output: ConsoleOutput;
  /** Whether standard output is a terminal, so that a person reads it. */
  readonly isTerminal: boolean;
  /** Resolves when the process is asked to stop. */
  stopSignal(): Promise<StopSignal>;
}
