import type { JsonValue } from "../json.js";
import { AlcoveError, type AlcoveErrorOptions } from "./alcove-error.js";
import { formatProblem, formatReport, type Problem } from "./problem.js";

/** Raised at start when the configuration, the plugins or the dependency graph break rules; it lists every violation. */
export class StartupRefusedError extends AlcoveError<"STARTUP_REFUSED"> {
  /** Errors and warnings, in the order in which they are reported. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options: Pick<AlcoveErrorOptions, "cause"> = {}) {
    const errors = problems.filter((problem) => problem.severity === "error");
    super("STARTUP_REFUSED", formatReport(errors), {
      ...options,
      details: errors.map((problem) => formatProblem(problem)),
    });
    this.problems = problems;
  }
}

/** One field of an input, an output or a state that its schema refuses. */
export interface SchemaFault {
  /** The way to the field, from the outermost key inwards; empty for the value itself. */
  readonly path: readonly (string | number)[];
  /** What is wrong with it. */
  readonly message: string;
  /** Which rule of the schema was broken, in zod's words, e.g. `invalid_type`. */
  readonly kind: string;
  /** Which type was expected, where the type is wrong, e.g. `string`. */
  readonly expected?: string;
}

/** Raised when an input does not satisfy a function's input schema. Nothing has run. */
export class InputInvalidError extends AlcoveError<"INPUT_INVALID"> {
  /** Every field that was refused. */
  readonly faults: readonly SchemaFault[];

  constructor(functionName: string, faults: readonly SchemaFault[]) {
    super("INPUT_INVALID", `The input of ${functionName} is invalid: ${summarise(faults)}`, {
      details: faults.map(faultAsJson),
    });
    this.faults = faults;
  }
}

/** Raised when a function returns what its output schema refuses. The run is rolled back. */
export class OutputInvalidError extends AlcoveError<"OUTPUT_INVALID"> {
  constructor(functionName: string, faults: readonly SchemaFault[]) {
    super("OUTPUT_INVALID", `${functionName} returned an output its schema refuses: ${summarise(faults)}`);
  }
}

/** Raised when the entry function throws. The message is the thrown error's; `details` is its class name. */
export class WorkflowError extends AlcoveError<"workflow_error"> {
  constructor(cause: unknown) {
    const { message, name } = describeThrown(cause);
    super("workflow_error", message, { cause, details: name });
  }
}

/** For plugins to throw where what a caller asks for is not there, e.g. an item with that id. The caller is told the message. */
export class ResourceNotFoundError extends AlcoveError<"RESOURCE_NOT_FOUND"> {
  constructor(message: string) {
    super("RESOURCE_NOT_FOUND", message);
  }
}

/** For plugins to throw where what a caller asks for does not go with what is there. The caller is told the message. */
export class ResourceConflictError extends AlcoveError<"RESOURCE_CONFLICT"> {
  constructor(message: string) {
    super("RESOURCE_CONFLICT", message);
  }
}

/** Options of {@link FunctionRefusedError}. */
export interface FunctionRefusedOptions extends Pick<AlcoveErrorOptions, "cause" | "retryAfterSeconds"> {
  /** Facts for the caller, sent to clients; they must hold no secret and nothing of another user. */
  readonly facts?: Readonly<Record<string, JsonValue>>;
}

/**
 * For plugins to throw where they refuse what a caller asks for, for a reason that programs are to tell from others. The caller is told the
 * reason, the message and the facts. Reasons belong to the plugin's public surface: name them in its README, and keep them.
 */
export class FunctionRefusedError extends AlcoveError<"FUNCTION_REFUSED"> {
  /** The plugin's own name for why, e.g. `quota_used_up`. */
  readonly reason: string;

  /** @throws TypeError when the reason is not made of lower-case words joined by `_`. */
  constructor(reason: string, message: string, { facts, ...options }: FunctionRefusedOptions = {}) {
    if (!reasonPattern.test(reason)) {
      throw new TypeError(`A reason is made of lower-case words joined by "_", and ${JSON.stringify(reason)} is not.`);
    }
    super("FUNCTION_REFUSED", message, { ...options, details: { ...facts, reason } });
    this.reason = reason;
  }
}

const reasonPattern = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;

/** Raised when a plugin's build function throws, or takes too long. Whatever was built before it has been released again. */
export class ComponentBuildFailedError extends AlcoveError<"COMPONENT_BUILD_FAILED"> {
  /** @param reason Completes "could not be built: …", where nothing was thrown. */
  constructor(
    componentName: string,
    typeName: string,
    { reason, ...options }: Pick<AlcoveErrorOptions, "cause" | "source"> & { readonly reason?: string },
  ) {
    const ending = reason === undefined ? "." : `: ${reason}.`;
    super(
      "COMPONENT_BUILD_FAILED",
      `The component ${componentName} (${typeName}) could not be built${ending}`,
      options,
    );
  }
}

/** Raised when a session store could not do what it was asked. The code says whether anything may have changed. */
export class StoreError extends AlcoveError<
  | "STORE_FAILED"
  | "STORE_FULL"
  | "STATE_TOO_LARGE"
  | "STORE_HELD"
  | "STORE_OPEN_FAILED"
  | "STORE_CLOSED"
  | "STORE_CONFLICT"
  | "SESSION_EXISTS"
  | "SESSION_EXPIRED"
  | "EXPORT_INVALID"
  | "BACKUP_FAILED"
  | "OUTCOME_UNKNOWN"
> {}

/** What can be wrong with a state that was stored, or that is to be stored. */
type StateFaultCode = "STATE_UNREADABLE" | "STATE_VERSION_UNSUPPORTED" | "STATE_MIGRATION_FAILED" | "STATE_INVALID";

/** Raised when a stored session cannot be served. The session is kept as it is. */
export class StoredStateError extends AlcoveError<StateFaultCode> {
  constructor(code: StateFaultCode, message: string, options: AlcoveErrorOptions = {}) {
    super(code, message, options);
  }
}

/** What was thrown may be anything, with getters that throw in their turn. */
function describeThrown(thrown: unknown): { message: string; name: string } {
  const unknownFailure = { message: "The workflow failed.", name: typeof thrown };
  if (!(thrown instanceof Error)) {
    return unknownFailure;
  }
  try {
    return { message: String(thrown.message), name: String(thrown.constructor.name) };
  } catch {
    return unknownFailure;
  }
}

function summarise(faults: readonly SchemaFault[]): string {
  return faults
    .map((fault) => `${fault.path.length === 0 ? "(the value)" : fault.path.join(".")}: ${fault.message}`)
    .join("; ");
}

function faultAsJson(fault: SchemaFault): JsonValue {
  return { path: [...fault.path], message: fault.message, kind: fault.kind };
}
