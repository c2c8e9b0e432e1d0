import { contentContract } from "./content-contract.js";
import { contractCase, type SessionStoreContractCase, type SessionStoreContractOptions } from "./contract-case.js";
import { expiryContract } from "./expiry-contract.js";
import { figuresContract } from "./figures-contract.js";
import { lifetimeContract, restartContract } from "./lifetime-contract.js";
import { recordChangesContract, recordChangesRestartContract } from "./record-changes-contract.js";
import { recordsContract, recordsRestartContract } from "./records-contract.js";
import { revisionContract } from "./revision-contract.js";

/**
 * What every session store has to do, case by case, for any test framework:
 *
 * ```ts
 * for (const { name, run } of sessionStoreContract({ open, reopen })) test(name, run);
 * ```
 *
 * Each case opens a store of its own. Of its `promises` a store is held to `exclusive` only, where there is `reopen`.
 * `durable` and `atomicBatches` show when a process is killed or a disk fails in the middle of a write, which a case within
 * one process cannot bring about: a store that promises them needs tests of its own for that.
 */
export function sessionStoreContract(options: SessionStoreContractOptions): SessionStoreContractCase[] {
  const sentences = [
    ...contentContract,
    ...revisionContract,
    ...expiryContract,
    ...recordsContract,
    ...recordChangesContract,
    ...figuresContract,
    ...lifetimeContract,
  ];
  const checkable =
    options.reopen === undefined
      ? sentences
      : [...sentences, ...restartContract, ...recordsRestartContract, ...recordChangesRestartContract];
  return checkable.map((sentence) => contractCase(options, sentence));
}
