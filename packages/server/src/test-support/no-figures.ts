import { RunFigures, WakeFigures } from "@alcove/runtime";
import type { ServedApplication } from "../served-application.js";

/** The figures of an application that has done nothing yet. */
export function noFigures(): ServedApplication["figures"] {
  return {
    runs: new RunFigures(),
    runsInFlight: () => 0,
    residents: () => 0,
    wakes: new WakeFigures(),
    evictions: { expired: 0, limit: 0, idle: 0, heap: 0, operator: 0 },
    sweeps: { completed: 0, failed: 0, removedEntries: 0 },
  };
}
