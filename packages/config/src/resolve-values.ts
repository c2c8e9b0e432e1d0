import type { ConfigNode, ListNode, MappingEntry, MappingNode, ScalarNode } from "./config-node.js";
import { type Environment, expandVariables } from "./environment.js";
import { typePlainScalar } from "./plain-scalar.js";
import type { ProblemReport } from "./problem-report.js";
import { readTextFile, TEXT_FILE_SCHEME } from "./text-file.js";

/** Expands the variables and reads the `file://` texts of a tree. A value that cannot be made out is marked as faulty. */
export function resolveValues(
  root: MappingNode,
  environment: Environment,
  report: ProblemReport,
): Promise<MappingNode> {
  return new ValueResolver(environment, report).mapping(root);
}

/** Expands the variables of one scalar, and types it again if it was written without quotes. */
export function expandScalar(node: ScalarNode, environment: Environment, report: ProblemReport): ScalarNode {
  if (typeof node.value !== "string") return node;
  const expansion = expandVariables(node.value, environment);
  if (expansion.faults.length > 0) {
    for (const { message, remedy } of expansion.faults) {
      report.error("config-environment", node.place.location, message, remedy);
    }
    return faulty(node);
  }
  const isTypedAgain = node.isPlain && expansion.hasVariables;
  const value = isTypedAgain ? typePlainScalar(expansion.text) : expansion.text;
  if (expansion.variables.length === 0) return { ...node, value };
  const names = expansion.variables.map(({ name }) => `\${${name}}`).join(" and ");
  return { ...node, value, standIn: `(value of ${names})`, variables: expansion.variables };
}

class ValueResolver {
  readonly #environment: Environment;
  readonly #report: ProblemReport;

  constructor(environment: Environment, report: ProblemReport) {
    this.#environment = environment;
    this.#report = report;
  }

  node(node: ConfigNode): Promise<ConfigNode> {
    if (node.kind === "mapping") return this.mapping(node);
    return node.kind === "list" ? this.#list(node) : this.#scalar(node);
  }

  async mapping(node: MappingNode): Promise<MappingNode> {
    const entries = new Map<string, MappingEntry>();
    for (const [key, entry] of node.entries) {
      entries.set(key, { ...entry, value: await this.node(entry.value) });
    }
    return { ...node, entries };
  }

  async #list(node: ListNode): Promise<ListNode> {
    const items: ConfigNode[] = [];
    for (const item of node.items) items.push(await this.node(item));
    return { ...node, items };
  }

  async #scalar(node: ScalarNode): Promise<ScalarNode> {
    const expanded = expandScalar(node, this.#environment, this.#report);
    const { value } = expanded;
    if (typeof value !== "string" || !value.startsWith(TEXT_FILE_SCHEME)) return expanded;
    const reading = await readTextFile(node, value);
    if ("text" in reading) return { ...expanded, value: reading.text, standIn: `(text of ${node.written})` };
    this.#report.error("config-text-file", node.place.location, reading.message, reading.remedy);
    return faulty(node);
  }
}

function faulty(node: ScalarNode): ScalarNode {
  return { ...node, value: null, isFaulty: true };
}
