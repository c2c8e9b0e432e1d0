import type { Distribution } from "@alcove/state";
import { Counter, Gauge, type Histogram, type Registry } from "prom-client";

/** The labels of one series, by name. */
export type Labels = Readonly<Record<string, string>>;

/** One series of a metric: its labels and its present value. */
export type Sample = readonly [labels: Labels, value: number];

/** What every metric has. */
export interface MetricFacts {
  readonly name: string;
  /** One sentence for whoever reads the scrape. */
  readonly help: string;
  readonly labelNames?: readonly string[];
}

/**
 * Metrics whose values are counted where things happen, in plain numbers, and read when somebody asks: what happens between
 * two scrapes costs nothing for being scraped.
 */
export class CollectedMetrics {
  readonly #registry: Registry;

  /** @param registry Gets every metric. */
  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Adds a metric that only grows. @param read Gives all of its series. */
  counter({ name, help, labelNames = [] }: MetricFacts, read: () => Iterable<Sample>): void {
    new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [labels, value] of read()) {
          this.inc(labels, value);
        }
      },
    });
  }

  /** Adds a metric that goes up and down. */
  gauge({ name, help }: MetricFacts, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  /**
   * Adds a histogram.
   *
   * @param scale What a recorded value is multiplied with, e.g. 0.001 for milliseconds that are shown as seconds.
   */
  histogram(facts: MetricFacts, scale: number, read: () => Iterable<readonly [Labels, Distribution]>): void {
    // prom-client's own histogram takes values one by one only; of a metric that is registered it asks name and `get`.
    this.#registry.registerMetric(new CollectedHistogram(facts, scale, read) as unknown as Histogram);
  }
}

interface HistogramValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

class CollectedHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = "histogram";
  readonly aggregator = "sum";
  readonly #scale: number;
  readonly #read: () => Iterable<readonly [Labels, Distribution]>;

  constructor({ name, help }: MetricFacts, scale: number, read: () => Iterable<readonly [Labels, Distribution]>) {
    this.name = name;
    this.help = help;
    this.#scale = scale;
    this.#read = read;
  }

  async get(): Promise<object> {
    const { name, help, type, aggregator } = this;
    const values = [...this.#read()].flatMap(([labels, distribution]) => this.#valuesOf(labels, distribution));
    return { name, help, type, aggregator, values };
  }

  #valuesOf(labels: Labels, distribution: Distribution): HistogramValue[] {
    const counts = distribution.cumulativeCounts();
    const count = counts.at(-1) ?? 0;
    const limits = [...distribution.bounds.map((bound) => this.#scaled(bound)), "+Inf"];
    return [
      ...limits.map((le, index) => ({
        metricName: `${this.name}_bucket`,
        labels: { ...labels, le },
        value: counts[index] ?? count,
      })),
      { metricName: `${this.name}_sum`, labels, value: distribution.sum * this.#scale },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }

  /** Without the digits that multiplying makes of 0.25 ms: 0.00025. */
  #scaled(bound: number): number {
    return Number((bound * this.#scale).toPrecision(12));
  }
}
