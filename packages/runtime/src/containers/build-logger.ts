import type { LogFields, Logger } from "@alcove/plugin-api";

/**
 * The logger a component gets when it is built. Until {@link endBuild} its lines say which run the component is built for;
 * after that it may serve any run, and a run has loggers of its own.
 */
export class BuildLogger implements Logger {
  readonly #logger: Logger;
  #ofRun: LogFields | undefined;

  /** @param ofRun What the lines of the run say; `undefined` where the component is not built for one. */
  constructor(logger: Logger, ofRun: LogFields | undefined) {
    this.#logger = logger;
    this.#ofRun = ofRun;
  }

  /** The component has been built. */
  endBuild(): void {
    this.#ofRun = undefined;
  }

  debug(message: string, fields?: LogFields): void {
    this.#logger.debug(message, this.#withRun(fields));
  }

  info(message: string, fields?: LogFields): void {
    this.#logger.info(message, this.#withRun(fields));
  }

  warn(message: string, fields?: LogFields): void {
    this.#logger.warn(message, this.#withRun(fields));
  }

  error(message: string, fields?: LogFields): void {
    this.#logger.error(message, this.#withRun(fields));
  }

  // It may be kept, and outlive the run.
  child(fields: LogFields): Logger {
    return this.#logger.child(fields);
  }

  #withRun(fields: LogFields | undefined): LogFields | undefined {
    return this.#ofRun === undefined ? fields : { ...this.#ofRun, ...fields };
  }
}
