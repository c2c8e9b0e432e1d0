import { contentContract } from "./content-contract.js";
import { contractCase, type SessionStoreContractCase, type SessionStoreContractOptions } from "./contract-case.js";
import { expiryContract } from "./expiry-contract.js";
import { lifetimeContract, restartContract } from "./lifetime-contract.js";
import { recordsContract, recordsRestartContract } from "./records-contract.js";
import { revisionContract } from "./revision-contract.js";

/**
 * What every session store has to do, case by case, for any test framework:
 *
 * ```ts
 * for (const { name, run } of sessionStoreContract({ open, reopen })) test(name, run);
 * ```
 *
 * A store is held to what it says in its `promises`, and to no more. Each case opens a store of its own.
 */
export function sessionStoreContract(options: SessionStoreContractOptions): SessionStoreContractCase[] {
  const sentences = [
    ...contentContract,
    ...revisionContract,
    ...expiryContract,
    ...recordsContract,
    ...lifetimeContract,
  ];
  const checkable =
    options.reopen === undefined ? sentences : [...sentences, ...restartContract, ...recordsRestartContract];
  return checkable.map((sentence) => contractCase(options, sentence));
}
