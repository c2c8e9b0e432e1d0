/** One series of a scrape. */
export interface ScrapedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const series = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([+-]?(?:Inf|\d[\d.]*(?:e[+-]?\d+)?)|nan)$/i;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/**
 * A reply in Prometheus' text format 0.0.4, read as strictly as its description has it: every sample belongs to a metric
 * whose help and type came before, no series comes twice, and the buckets of a histogram only grow.
 */
export class Scrape {
  readonly text: string;
  readonly samples: readonly ScrapedSample[];

  private constructor(text: string, samples: readonly ScrapedSample[]) {
    this.text = text;
    this.samples = samples;
  }

  /** @throws TypeError for what is not in the format. */
  static parse(text: string): Scrape {
    const types = new Map<string, string>();
    const helped = new Set<string>();
    const samples: ScrapedSample[] = [];
    if (!text.endsWith("\n")) {
      throw new TypeError("The last line does not end.");
    }
    for (const line of text.split("\n").filter((each) => each !== "")) {
      const [, keyword = "", name = "", rest = ""] = comment.exec(line) ?? [];
      if (keyword === "TYPE") {
        types.set(name, rest);
      } else if (keyword === "HELP") {
        helped.add(name);
      } else {
        const sample = parsedSample(line);
        const family = familyOf(sample.name, types);
        if (family === undefined || !helped.has(family)) {
          throw new TypeError(`No type or help comes before ${line}`);
        }
        samples.push(sample);
      }
    }
    assertUnique(samples);
    assertBuckets(samples);
    return new Scrape(text, samples);
  }

  /** The value of a series; `undefined` when there is none. */
  readonly find = (name: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
    this.samples.find((sample) => sample.name === name && sameLabels(sample.labels, labels))?.value;

  /** The value of a series. @throws TypeError when there is none. */
  readonly value = (name: string, labels: Readonly<Record<string, string>> = {}): number => {
    const found = this.find(name, labels);
    if (found === undefined) {
      throw new TypeError(`There is no ${name} ${JSON.stringify(labels)} in:\n${this.text}`);
    }
    return found;
  };
}

function parsedSample(line: string): ScrapedSample {
  const [, name, labelText = "", value = ""] = series.exec(line) ?? [];
  if (name === undefined) {
    throw new TypeError(`This is no sample: ${line}`);
  }
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  while (label.lastIndex < labelText.length) {
    const [, labelName, labelValue = ""] = label.exec(labelText) ?? [];
    if (labelName === undefined || labelName in labels) {
      throw new TypeError(`These are no labels: ${line}`);
    }
    labels[labelName] = labelValue;
  }
  return { name, labels, value: numberOf(value) };
}

function numberOf(text: string): number {
  return text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text);
}

function familyOf(name: string, types: ReadonlyMap<string, string>): string | undefined {
  if (types.has(name)) {
    return name;
  }
  const family = name.replace(/_(?:bucket|sum|count)$/, "");
  return types.get(family) === "histogram" ? family : undefined;
}

function sameLabels(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return `${name}${JSON.stringify(Object.entries(labels).sort())}`;
}

function assertUnique(samples: readonly ScrapedSample[]): void {
  const seen = new Set<string>();
  for (const { name, labels } of samples) {
    const key = keyOf(name, labels);
    if (seen.has(key)) {
      throw new TypeError(`${key} comes twice.`);
    }
    seen.add(key);
  }
}

function assertBuckets(samples: readonly ScrapedSample[]): void {
  const latest = new Map<string, { readonly limit: number; readonly count: number }>();
  for (const { name, labels, value } of samples.filter((sample) => sample.name.endsWith("_bucket"))) {
    const { le = "", ...others } = labels;
    const key = keyOf(name, others);
    const before = latest.get(key);
    if (before !== undefined && (before.limit >= numberOf(le) || before.count > value)) {
      throw new TypeError(`The buckets of ${key} do not grow.`);
    }
    latest.set(key, { limit: numberOf(le), count: value });
  }
  const open = [...latest].filter(([, { limit }]) => limit !== Number.POSITIVE_INFINITY);
  if (open.length > 0) {
    throw new TypeError(`${open.map(([key]) => key).join(", ")} have no bucket +Inf.`);
  }
}
