import { behaviourCases } from "./behaviour-cases.js";
import type { ConformanceOptions, RegisterTest } from "./conformance-options.js";
import { withRoom } from "./conformance-room.js";
import { checkDisposal, disposalCaseName } from "./disposal-case.js";
import { migrationCase } from "./migration-case.js";
import { refusalCase } from "./refusal-case.js";

/**
 * Registers a test for each thing every plugin has to get right: that its manifest and modules agree, that users are kept apart, that
 * it goes on after restarts, begins anew after expiry, serves users at once, changes nothing in failing runs, refuses what its routes do
 * not take, keeps to its versions of state, and gives back what it acquires. Each starts Alcove with the plugin on a store of its own.
 *
 * @param test What registers tests: `test` of `node:test`, or of vitest. It is handed in because whoever runs the tests has to know of them.
 */
export function testPlugin(test: RegisterTest, options: ConformanceOptions): void {
  for (const { name, check } of [...behaviourCases, refusalCase, migrationCase]) {
    test(`the plugin ${name}`, () => withRoom(options, check));
  }
  test(`the plugin ${disposalCaseName}`, () => checkDisposal(options));
}
