/** A map of bounded size: what was used least recently goes first. */
export class BoundedMap<Value> {
  readonly #maxWeight: number;
  readonly #weigh: (value: Value, key: string) => number;
  // A Map keeps the order in which its keys were set.
  readonly #entries = new Map<string, Value>();
  #weight = 0;

  /** @param weigh What an entry counts for. */
  constructor(maxWeight: number, weigh: (value: Value, key: string) => number) {
    this.#maxWeight = maxWeight;
    this.#weigh = weigh;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value of a key, which is the most recently used from now on. */
  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  /** Puts a value in; one that weighs more than all may is not kept. */
  set(key: string, value: Value): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.#weight += this.#weigh(value, key);
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#maxWeight) {
        break;
      }
      this.delete(oldest);
    }
  }

  /** Takes a value out. */
  delete(key: string): void {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#weight -= this.#weigh(value, key);
    }
  }
}
