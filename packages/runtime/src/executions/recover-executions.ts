import { type Logger, StoredStateError } from "@alcove/plugin-api";
import type { FoundSignposts, SessionStore } from "@alcove/state";
import type { Execution } from "./execution.js";
import type { ExecutionArchive, UnfinishedExecution } from "./execution-archive.js";
import type { UserRecords } from "./execution-ledger.js";
import { bySubmission, executionIdOf, recordNames, type StoredExecutionState } from "./execution-records.js";

const signpostsPerPage = 256;

/** What {@link recoverExecutions} works on. */
export interface Recovery {
  readonly store: SessionStore;
  readonly application: string;
  readonly logger: Logger;
  readonly archive: ExecutionArchive;
  readonly isResumable: boolean;
  records(userId: string): UserRecords;
  /** Takes an unfinished execution into memory. */
  takeUp(userId: string, id: string, found: UnfinishedExecution): Execution;
  /** Begins its run. */
  goOn(execution: Execution): void;
}

/**
 * Finds what earlier processes have left unfinished, and goes on with it: what has not begun is begun, what may be begun again
 * is, in the order it was submitted in; what waits for a person waits on. Everything else is ended as interrupted, so that nothing runs twice.
 */
export async function recoverExecutions(recovery: Recovery): Promise<void> {
  const { store, application, logger } = recovery;
  let page: FoundSignposts | undefined;
  let found = 0;
  const unfinished: Recovered[] = [];
  do {
    page = await store.pageSignposts({ application, limit: signpostsPerPage, from: page?.next });
    for (const { key, name } of page.signposts) {
      const id = executionIdOf(name);
      if (id !== undefined) {
        found += 1;
        const recovered = await recoverOne(recovery, key.userId, id).catch((error: unknown) => {
          if (!(error instanceof StoredStateError)) {
            throw error;
          }
          logger.error("An unfinished execution cannot be read, and is left as it is", {
            userId: key.userId,
            id,
            error,
          });
          return undefined;
        });
        if (recovered !== undefined) {
          unfinished.push(recovered);
        }
      }
    }
  } while (page.next !== undefined);
  // Signposts come by their names, which say nothing of when.
  for (const { execution } of unfinished.sort((one, other) => bySubmission(one.state, other.state))) {
    recovery.goOn(execution);
  }
  if (found > 0) {
    logger.info("Unfinished executions were found", { count: found });
  }
}

/** An execution that is to go on, as it was found. */
interface Recovered {
  readonly execution: Execution;
  readonly state: StoredExecutionState;
}

async function recoverOne(recovery: Recovery, userId: string, id: string): Promise<Recovered | undefined> {
  const { archive, isResumable, takeUp } = recovery;
  const records = recovery.records(userId);
  const unfinished = await archive.unfinished(records, id);
  if (unfinished === undefined) {
    await records.change([{ kind: "remove", name: recordNames.signpost(id) }], { mayBegin: false, holdsTurn: false });
    return undefined;
  }
  const execution = takeUp(userId, id, unfinished);
  const { status } = unfinished.state;
  if (status === "submitted" || (status === "running" && isResumable)) {
    return { execution, state: unfinished.state };
  }
  if (!isResumable) {
    await execution.interrupt();
  }
  return undefined;
}
