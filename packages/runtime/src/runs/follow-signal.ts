/** Calls back when the signal aborts, or at once where it has. Returns the end of the following. */
export function followSignal(signal: AbortSignal, abort: (reason: unknown) => void): (() => void) | undefined {
  const follow = (): void => abort(signal.reason);
  if (signal.aborted) {
    follow();
    return undefined;
  }
  signal.addEventListener("abort", follow);
  return () => signal.removeEventListener("abort", follow);
}
