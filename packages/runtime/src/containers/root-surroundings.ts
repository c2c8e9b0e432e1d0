import type { Clock, Logger } from "@alcove/plugin-api";

/** What shared services and components are built with. */
export interface RootSurroundings {
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long each may take. */
  readonly buildTimeoutMs: number;
}
