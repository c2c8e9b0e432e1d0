/**
 * Makes something when it is first wanted, and once, such as what a module that seldom is gives. What could not be made is tried
 * again the next time.
 */
export function whenWanted<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
