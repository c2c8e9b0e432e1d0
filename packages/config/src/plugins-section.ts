import { didYouMean, formatPath } from "@alcove/plugin-api";
import type { AllowedPlugin, PluginEntry } from "./alcove-config.js";
import {
  type ConfigNode,
  type ConfigPath,
  describeNode,
  hasFault,
  isNothing,
  type MappingNode,
} from "./config-node.js";
import type { ProblemReport } from "./problem-report.js";

/** What `plugins:` says. */
export interface PluginsSection {
  /** The plugins it lists. */
  readonly plugins: readonly PluginEntry[];
  /** The only plugins that may be loaded; `undefined` where every one may. */
  readonly allowedPlugins: readonly AllowedPlugin[] | undefined;
}

const sectionKeys = ["load", "allow"];
const entryKeys = ["plugin", "startup"];

/** Reads `plugins:`, a list, or a mapping of `load` and `allow`. What cannot be made out is reported and left out. */
export function readPluginsSection(node: ConfigNode | undefined, report: ProblemReport): PluginsSection {
  const reader = new PluginsReader(report);
  if (node?.kind !== "mapping") {
    return Object.freeze({ plugins: reader.entries(node, ["plugins"]), allowedPlugins: undefined });
  }
  reader.refuseUnknownKeys(node, ["plugins"], sectionKeys);
  return Object.freeze({
    plugins: reader.entries(node.entries.get("load")?.value, ["plugins", "load"]),
    allowedPlugins: reader.allowed(node.entries.get("allow")?.value, ["plugins", "allow"]),
  });
}

class PluginsReader {
  readonly #report: ProblemReport;

  constructor(report: ProblemReport) {
    this.#report = report;
  }

  entries(node: ConfigNode | undefined, path: ConfigPath): readonly PluginEntry[] {
    if (node === undefined || isNothing(node)) return Object.freeze([]);
    if (node.kind !== "list") {
      this.#refuse(
        node,
        `${formatPath(path)} must be a list, found ${describeNode(node)}.`,
        "Write one package name or path a line, each after `- `.",
      );
      return Object.freeze([]);
    }
    const entries = node.items.map((item, index) => this.#entry(item, [...path, index]));
    return Object.freeze(entries.filter((entry) => entry !== undefined));
  }

  allowed(node: ConfigNode | undefined, path: ConfigPath): readonly AllowedPlugin[] | undefined {
    if (node === undefined || isNothing(node)) return undefined;
    if (node.kind !== "mapping") {
      this.#refuse(
        node,
        `${formatPath(path)} must be a mapping of package names to ranges of versions, found ${describeNode(node)}.`,
        "Write, for instance, per-user-assistant: ^1.0.0.",
      );
      return Object.freeze([]);
    }
    const allowed = [...node.entries].map(([packageName, { value }]): AllowedPlugin | undefined => {
      const range = textOf(value);
      const place = [...path, packageName];
      if (range === undefined) {
        this.#refuse(
          value,
          `${formatPath(place)} must be a range of versions, found ${describeNode(value)}.`,
          'Write a semver range in quotes, e.g. "^1.0.0", or "*" for any version.',
        );
        return undefined;
      }
      return Object.freeze({ packageName, range, path: Object.freeze(place) });
    });
    return Object.freeze(allowed.filter((entry) => entry !== undefined));
  }

  refuseUnknownKeys({ entries }: MappingNode, path: ConfigPath, known: readonly string[]): void {
    for (const [key, { keyPlace }] of entries) {
      if (known.includes(key)) continue;
      const message = `There is no key ${formatPath([...path, key])}.`;
      this.#report.error(
        "config-unknown-key",
        keyPlace.location,
        message,
        didYouMean(key, known) ?? `There are ${known.join(" and ")}.`,
      );
    }
  }

  #entry(node: ConfigNode, path: ConfigPath): PluginEntry | undefined {
    if (node.kind !== "mapping") return this.#named(node, path, path, false);
    this.refuseUnknownKeys(node, path, entryKeys);
    const startup = node.entries.get("startup")?.value;
    const isOptional = textOf(startup) === "optional";
    if (startup !== undefined && !isOptional && textOf(startup) !== "required") {
      const message = `${formatPath([...path, "startup"])} must be required or optional, found ${describeNode(startup)}.`;
      this.#refuse(startup, message, "Write optional where the application can do without the plugin.");
    }
    return this.#named(node.entries.get("plugin")?.value ?? node, path, [...path, "plugin"], isOptional);
  }

  #named(node: ConfigNode, path: ConfigPath, namePath: ConfigPath, isOptional: boolean): PluginEntry | undefined {
    const specifier = textOf(node);
    if (specifier !== undefined) {
      return Object.freeze({ specifier, directory: node.place.directory, path: Object.freeze([...path]), isOptional });
    }
    this.#refuse(
      node,
      `${formatPath(namePath)} must be a package name or a path, found ${describeNode(node)}.`,
      "Write, for instance, - ./plugins/mine.",
    );
    return undefined;
  }

  #refuse(node: ConfigNode, message: string, remedy: string): void {
    if (!hasFault(node)) this.#report.error("config-schema", node.place.location, message, remedy);
  }
}

function textOf(node: ConfigNode | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" && node.value.trim() !== "" ? node.value : undefined;
}
