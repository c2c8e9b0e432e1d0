import { expect } from "vitest";
import type { CommandResult } from "./command-line.js";

/** Fails with everything a command printed when it did not end with 0. */
export function expectSuccess({ exitCode, output }: CommandResult): void {
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
}
