import { collectDefaultMetrics, Registry } from "prom-client";

// One for the process, like the things it measures: every server in it shows the same. It holds nothing of any user.
let processRegistry: Registry | undefined;

/**
 * Processor time, memory, garbage collection, handles, and how late the event loop is (`nodejs_eventloop_lag_*`, from
 * `monitorEventLoopDelay`). Watched from the first call on, until the process ends.
 */
export function processMetrics(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}
