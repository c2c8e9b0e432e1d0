/** Bounds for how long things take, in milliseconds: from a lone commit to a call nobody should wait for. */
export const durationBoundsMs: readonly number[] = [
  0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
];

/**
 * How values are distributed: how many there were up to each of a few bounds, and their sum. Recording one costs a few
 * comparisons and no memory, so that it can be done for every call whether anybody looks or not.
 */
export class Distribution {
  /** In ascending order. */
  readonly bounds: readonly number[];
  // By the first bound that is not exceeded; what exceeds all of them comes last.
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** The sum of all values. */
  get sum(): number {
    return this.#sum;
  }

  /** Adds a value. */
  record(value: number): void {
    let index = 0;
    while (value > (this.bounds[index] ?? Number.POSITIVE_INFINITY)) {
      index += 1;
    }
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
  }

  /** How many values there were up to each bound, in the order of the bounds, and how many in all as the last number. */
  cumulativeCounts(): number[] {
    let count = 0;
    return this.#counts.map((own) => {
      count += own;
      return count;
    });
  }
}
