import { concurrencyContract } from "./concurrency-contract.js";
import { contentContract, restartContract } from "./content-contract.js";
import { contractCase, type ObjectStoreContractCase, type ObjectStoreContractOptions } from "./contract-room.js";
import { keyContract } from "./key-contract.js";

/**
 * What every object store has to do, case by case, for any test framework:
 *
 * ```ts
 * for (const { name, run } of objectStoreContract({ definition, survivesRestart: true })) test(name, run);
 * ```
 *
 * Each case opens a store of its own. That what was put survives a crash is not checked: a store that promises it needs tests
 * of its own for that.
 */
export function objectStoreContract(options: ObjectStoreContractOptions): ObjectStoreContractCase[] {
  const sentences = [
    ...contentContract,
    ...keyContract,
    ...concurrencyContract,
    ...(options.survivesRestart ? restartContract : []),
  ];
  return sentences.map((each) => contractCase(options, each));
}
