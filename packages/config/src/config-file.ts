import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { SourceLocation } from "@alcove/plugin-api";
import { type ConfigNode, describeNode, type MappingNode, type ScalarNode } from "./config-node.js";
import type { Environment } from "./environment.js";
import { mergeNodes } from "./merge-nodes.js";
import type { ProblemReport } from "./problem-report.js";
import { readText } from "./read-text.js";
import { expandScalar } from "./resolve-values.js";
import { parseYaml } from "./yaml-source.js";

/** What {@link readConfigFile} needs. */
export interface ConfigFileOptions {
  /** The file as messages print it. */
  readonly name: string;
  /** The absolute path of the file. */
  readonly file: string;
  readonly environment: Environment;
  readonly report: ProblemReport;
}

/**
 * Reads a configuration file and the chain of files its `base:` names, and merges them. Never rejects.
 *
 * @returns `undefined` when the file itself cannot be used. A base that cannot be used is reported, and left out.
 */
export function readConfigFile(options: ConfigFileOptions): Promise<MappingNode | undefined> {
  return new ConfigFileReader(options.environment, options.report).read(options, undefined);
}

interface NamedFile {
  readonly name: string;
  readonly file: string;
}

interface BaseLine {
  readonly source: SourceLocation;
}

class ConfigFileReader {
  readonly #environment: Environment;
  readonly #report: ProblemReport;
  readonly #chain: { readonly name: string; readonly realFile: string }[] = [];

  constructor(environment: Environment, report: ProblemReport) {
    this.#environment = environment;
    this.#report = report;
  }

  /** @param baseLine where the file is named, unless it is the main file. */
  async read({ name, file }: NamedFile, baseLine: BaseLine | undefined): Promise<MappingNode | undefined> {
    const realFile = await realpath(file).catch(() => file);
    if (baseLine !== undefined && this.#closesCycle({ name, realFile }, baseLine)) return undefined;
    this.#chain.push({ name, realFile });
    const root = await this.#parse({ name, file }, baseLine);
    return root === undefined ? undefined : this.#mergeBase(root, name);
  }

  #closesCycle({ name, realFile }: { name: string; realFile: string }, { source }: BaseLine): boolean {
    const start = this.#chain.findIndex((link) => link.realFile === realFile);
    if (start === -1) return false;
    const names = [...this.#chain.slice(start).map((link) => link.name), name];
    this.#report.error(
      "config-base",
      source,
      `The base files form a cycle: ${names.join(" -> ")}.`,
      "Remove this line.",
    );
    return true;
  }

  async #parse({ name, file }: NamedFile, baseLine: BaseLine | undefined): Promise<MappingNode | undefined> {
    const reading = await readText(file);
    if ("fault" in reading) {
      if (baseLine === undefined) {
        const message = `The configuration file ${name} ${reading.fault}.`;
        this.#report.error("config-file", { file: name }, message, "Name a readable YAML file.");
      } else {
        const message = `The base file ${name} ${reading.fault}.`;
        this.#report.error("config-base", baseLine.source, message, "Name a readable YAML file, relative to this one.");
      }
      return undefined;
    }
    const source = { text: reading.text, file: name, directory: dirname(file), hasLines: true };
    const { root } = parseYaml(source, "config-syntax", this.#report);
    if (root === undefined || root.kind === "mapping") return root;
    const message = `The top level of a configuration file must be a mapping, found ${describeNode(root)}.`;
    this.#report.error("config-file", root.place.location, message, "Begin with a section, e.g. `workflow:`.");
    return undefined;
  }

  async #mergeBase(root: MappingNode, name: string): Promise<MappingNode> {
    const base = root.entries.get("base")?.value;
    if (base === undefined) return root;
    const own: MappingNode = { ...root, entries: new Map([...root.entries].filter(([key]) => key !== "base")) };
    const named = this.#baseOf(base, name);
    if (named === undefined) return own;
    const below = await this.read(named, { source: base.place.location });
    return below === undefined ? own : mergeNodes(below, own);
  }

  #baseOf(value: ConfigNode, name: string): NamedFile | undefined {
    const node = value.kind === "scalar" ? this.#expanded(value) : value;
    if (node.kind === "scalar" && node.isFaulty) return undefined;
    if (node.kind !== "scalar" || typeof node.value !== "string" || node.value === "") {
      const message = `base must be the name of a YAML file, found ${describeNode(node)}.`;
      this.#report.error("config-base", node.place.location, message, "Write `base: other.yml`.");
      return undefined;
    }
    // The file is shown as it is written, since the value of a variable is never printed.
    const shown = isAbsolute(node.written) ? node.written : join(dirname(name), node.written);
    return { name: shown, file: resolve(node.place.directory, node.value) };
  }

  #expanded(node: ScalarNode): ScalarNode {
    return expandScalar(node, this.#environment, this.#report);
  }
}
