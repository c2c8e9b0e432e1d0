import { Distribution, type StoreFigures } from "@alcove/state";
import type { WatchedStore } from "../readiness.js";

/** A store that has done nothing yet, and takes changes, but for what a test says about it. */
export function watchedStore({
  checkWritable = async () => undefined,
  ...figures
}: Partial<StoreFigures> & Partial<Pick<WatchedStore, "checkWritable">> = {}): WatchedStore {
  return {
    checkWritable,
    figures: {
      commits: 0,
      commitFailures: new Map(),
      readFailures: new Map(),
      batchSizes: new Distribution([1, 2]),
      batchDurationsMs: new Distribution([1, 2]),
      lastWrite: undefined,
      ...figures,
    },
  };
}
