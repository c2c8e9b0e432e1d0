import { AlcoveError } from "@alcove/plugin-api";
import type { EntryFacts } from "@alcove/runtime";
import type { JsonObject } from "../body/json-body.js";
import { RequestError } from "../errors/request-error.js";
import { bodyFaults, type ValidationFault } from "../errors/validation-detail.js";
import type { RequestContext } from "../request-state.js";
import type { ServedApplication, ServedRunner } from "../served-application.js";
import { runRequestOf } from "./run-request.js";

/** How long a run that is given up gets to end by itself; less than its connection is left open for. */
const OBEY_GRACE_MS = 500;

/** An entry, and the application that runs it. */
export interface ServedEntry {
  readonly application: ServedApplication;
  readonly entry: EntryFacts;
}

/** The workflow, or the function of that name, which is served on its own. */
export function entryOf({ workflow, entries }: ServedApplication, functionName: string | undefined): EntryFacts {
  const entry = functionName === undefined ? workflow : entries.find((each) => each.functionName === functionName);
  if (entry === undefined) {
    throw new TypeError(`The configuration has routes for ${functionName}, and the application does not serve it.`);
  }
  return entry;
}

/**
 * Begins what a request asks of an entry. When the client goes away before the reply is complete, the run is aborted
 * and nothing of it is stored, unless the entry is declared to finish all the same.
 *
 * @param begin Asks the runner for its reply. The session is given back once the run is over.
 * @param outlives Whether the run goes on when the client goes away; asked then.
 */
export function callEntry<Result>(
  { application, entry }: ServedEntry,
  context: RequestContext,
  { userId, body }: { readonly userId: string | undefined; readonly body: JsonObject },
  begin: (runner: ServedRunner) => Promise<Result>,
  outlives?: () => boolean,
): Promise<Result> {
  const input = entry.unwrapInput(body);
  const session = application.sessions.session({ userId, functionName: entry.functionName });
  try {
    const runner = session.run(input, runRequestOf(context));
    context.state.runner = runner;
    whenClientLeaves(context, () => {
      if (entry.onDisconnect === "finish") {
        context.state.alone = { userId, isKept: () => outlives?.() === true };
      } else if (outlives?.() !== true) {
        runner.abort();
      }
    });
    return unlessGivenUp(runner, context, begin(runner));
  } finally {
    session.close();
  }
}

/** The faults of the error name the fields of the function's schema; the client is told the fields of the body it sent. */
export function withFaultsOfBody(error: unknown, { entry }: ServedEntry, body: JsonObject): Promise<unknown> {
  return withFaults(error, () => bodyFaults(entry.inputSchema, body));
}

/** The error with what its request is told beside it, where it is the input that is invalid. */
export async function withFaults(
  error: unknown,
  faultsOf: () => Promise<readonly ValidationFault[]>,
): Promise<unknown> {
  if (!AlcoveError.is(error) || error.code !== "INPUT_INVALID") {
    return error;
  }
  const detail = await faultsOf();
  if (detail.length === 0) {
    return error;
  }
  return new RequestError("INPUT_INVALID", error.message, { cause: error, details: error.details ?? null, detail });
}

/** What the run comes to; or, where it has not ended soon after it was given up, that nobody knows: it may be in its commit. */
function unlessGivenUp<Result>(
  runner: ServedRunner,
  { state }: RequestContext,
  outcome: Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    state.giveUp = (reason) => {
      runner.abort(reason);
      setTimeout(() => reject(outcomeUnknown(reason)), OBEY_GRACE_MS).unref();
    };
    outcome.then(resolve, reject);
  });
}

function outcomeUnknown(cause: AlcoveError): AlcoveError {
  return new AlcoveError(
    "OUTCOME_UNKNOWN",
    "The server stopped before the call had ended, or was known to store nothing.",
    {
      cause,
      retryAfterSeconds: 1,
    },
  );
}

function whenClientLeaves({ req, res }: RequestContext, listener: () => void): void {
  if (req.socket.destroyed) {
    listener();
    return;
  }
  res.on("close", () => {
    if (!res.writableFinished) {
      listener();
    }
  });
}
