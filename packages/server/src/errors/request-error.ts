import { AlcoveError, type AlcoveErrorOptions, type ErrorCode } from "@alcove/plugin-api";
import type { ValidationFault } from "./validation-detail.js";

/** What a {@link RequestError} may carry beside what every error of the catalogue may. */
export interface RequestErrorOptions extends AlcoveErrorOptions {
  /** The `detail` list of a reply to an invalid body. */
  readonly detail?: readonly ValidationFault[];
  /** Headers of the reply, e.g. `allow`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error of the catalogue that the HTTP request itself is to blame for, with what only an HTTP reply can carry. */
export class RequestError extends AlcoveError {
  readonly detail: readonly ValidationFault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, options: RequestErrorOptions = {}) {
    super(code, message, options);
    this.detail = options.detail;
    this.headers = options.headers ?? {};
  }
}
