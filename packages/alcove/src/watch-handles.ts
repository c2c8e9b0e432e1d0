import { HandleWatch } from "@alcove/runtime";

/** Begins to note what plugins open; see `HandleWatch`. Turn it off with its `stopNoting`. */
export function watchHandles(): HandleWatch {
  // A plugin that is the first to print something opens the process's own streams, which are not to be closed.
  void [process.stdout, process.stderr];
  return HandleWatch.begin();
}
