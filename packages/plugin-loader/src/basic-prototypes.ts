const prototypes = { Object: Object.prototype, Array: Array.prototype, Function: Function.prototype };

/**
 * Remembers what every object, list and function has, before code of a plugin runs.
 *
 * @returns Takes away what that code has added since, and names it, e.g. `Object.prototype.isAdmin`.
 */
export function watchBasicPrototypes(): () => string[] {
  const before = Object.entries(prototypes).map(([name, prototype]) => {
    return { name, prototype, keys: new Set(Reflect.ownKeys(prototype)) };
  });
  return () =>
    before.flatMap(({ name, prototype, keys }) => {
      const added = Reflect.ownKeys(prototype).filter((key) => !keys.has(key));
      for (const key of added) {
        Reflect.deleteProperty(prototype, key);
      }
      return added.map((key) => `${name}.prototype.${String(key)}`);
    });
}
