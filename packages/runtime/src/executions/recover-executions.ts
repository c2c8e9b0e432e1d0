import { type Logger, StoredStateError } from "@alcove/plugin-api";
import type { FoundSignposts, SessionStore } from "@alcove/state";
import type { Execution } from "./execution.js";
import type { ExecutionArchive, UnfinishedExecution } from "./execution-archive.js";
import type { UserRecords } from "./execution-ledger.js";
import { executionIdOf, recordNames } from "./execution-records.js";

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
 * is, what waits for a person waits on. Everything else is ended as interrupted, so that nothing runs twice.
 */
export async function recoverExecutions(recovery: Recovery): Promise<void> {
  const { store, application, logger } = recovery;
  let page: FoundSignposts | undefined;
  let found = 0;
  do {
    page = await store.pageSignposts({ application, limit: signpostsPerPage, from: page?.next });
    for (const { key, name } of page.signposts) {
      const id = executionIdOf(name);
      if (id !== undefined) {
        found += 1;
        await recoverOne(recovery, key.userId, id).catch((error: unknown) => {
          if (!(error instanceof StoredStateError)) {
            throw error;
          }
          logger.error("An unfinished execution cannot be read, and is left as it is", {
            userId: key.userId,
            id,
            error,
          });
        });
      }
    }
  } while (page.next !== undefined);
  if (found > 0) {
    logger.info("Unfinished executions were found", { count: found });
  }
}

async function recoverOne(recovery: Recovery, userId: string, id: string): Promise<void> {
  const { archive, isResumable, takeUp, goOn } = recovery;
  const records = recovery.records(userId);
  const unfinished = await archive.unfinished(records, id);
  if (unfinished === undefined) {
    await records.change([{ kind: "remove", name: recordNames.signpost(id) }], { mayBegin: false, holdsTurn: false });
    return;
  }
  const execution = takeUp(userId, id, unfinished);
  const { status } = unfinished.state;
  if (status === "submitted" || (status === "running" && isResumable)) {
    goOn(execution);
  } else if (!isResumable) {
    await execution.interrupt();
  }
}
