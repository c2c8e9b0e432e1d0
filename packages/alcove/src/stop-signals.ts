import { endProcess } from "./stray-exit.js";

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that asks the process to stop. */
export type StopSignal = keyof typeof exitCodes;

/**
 * Resolves when the process is asked to stop, by Ctrl-C or by SIGTERM. From then on a second signal ends it at once, with
 * the exit code shells expect of that signal. Call it once.
 */
export function stopSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    let isStopping = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (isStopping) {
          endProcess(exitCodes[signal]);
        }
        isStopping = true;
        resolve(signal);
      });
    }
  });
}
