import type { Clock, Logger } from "@alcove/plugin-api";
import type { HandleWatch } from "../handles/handle-watch.js";

/** What shared services and components are built with. */
export interface RootSurroundings {
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long each may take. */
  readonly buildTimeoutMs: number;
  /** Notes what plugins open meanwhile, where somebody wants to know. */
  readonly handles: HandleWatch | undefined;
}
