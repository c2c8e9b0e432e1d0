import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";

/** What hooks and health checks are called with. There is nothing of any user in it. */
export interface ProcessContext<Services> {
  /** The shared services the definition asks for, by name. */
  readonly services: Services;
  /** Writes lines that name the plugin. */
  readonly logger: Logger;
  /** The time. */
  readonly clock: Clock;
}

/** What the engine calls hooks and health checks with: the definition asked for exactly these services. */
export type EngineProcessContext = ProcessContext<Readonly<Record<string, unknown>>>;
