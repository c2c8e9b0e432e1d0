import type { JsonValue } from "../json.js";
import { type ErrorCode, errorCatalogue } from "./error-catalogue.js";
import type { SourceLocation } from "./problem.js";

// Registered under a global symbol, so that two copies of this package in one process recognise each other's errors.
const marker = Symbol.for("@alcove/plugin-api/AlcoveError");

/** What an {@link AlcoveError} may carry beside its message. */
export interface AlcoveErrorOptions {
  /** The error that led to this one; it is logged, and never sent to a client. */
  readonly cause?: unknown;
  /** Facts for the caller, sent to clients as `details`; they must hold no secret and nothing of another user. */
  readonly details?: JsonValue;
  /** How long a caller should wait before it tries again, in seconds, where waiting may help. */
  readonly retryAfterSeconds?: number;
  /** Where what failed is written, in a configuration or a manifest; never sent to a client. */
  readonly source?: SourceLocation;
}

/** An error of the catalogue: a stable code, a sentence for people, and the cause. It knows nothing of HTTP. */
export class AlcoveError<Code extends ErrorCode = ErrorCode> extends Error {
  /** What kind of error it is, for programs. */
  readonly code: Code;
  /** Facts for the caller; see {@link AlcoveErrorOptions.details}. */
  readonly details: JsonValue | undefined;
  /** How long to wait before trying again, where waiting may help. */
  readonly retryAfterSeconds: number | undefined;
  /** See {@link AlcoveErrorOptions.source}. */
  readonly source: SourceLocation | undefined;
  readonly [marker] = true;

  constructor(code: Code, message: string, options: AlcoveErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.source = options.source;
  }

  /** How to mend it: the catalogue's advice for this code. */
  get remedy(): string {
    return errorCatalogue[this.code].remedy;
  }

  /** Whether a value is an error of the catalogue, whichever copy of this package made it. */
  static is(value: unknown): value is AlcoveError {
    return typeof value === "object" && value !== null && marker in value;
  }
}
