/** How long a plugin may take to be imported, unless whoever calls says otherwise. */
export const DEFAULT_PLUGIN_TIMEOUT_MS = 60_000;

/** What {@link withinTime} resolves to when the time is over. */
export const late = Symbol("late");

/** Waits for what a plugin does, for so long. What it does afterwards, failing included, concerns nobody. */
export async function withinTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result | typeof late> {
  let timer: NodeJS.Timeout | undefined;
  const timeOver = new Promise<typeof late>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, late);
  });
  try {
    return await Promise.race([work, timeOver]);
  } finally {
    clearTimeout(timer);
  }
}
