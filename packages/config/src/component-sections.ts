import { didYouMean, formatPath, nearNames, type SourceLocation } from "@alcove/plugin-api";
import type { ComponentConfig, ComponentSections } from "./alcove-config.js";
import {
  type ConfigNode,
  type ConfigPath,
  describeNode,
  hasFault,
  isNothing,
  type MappingNode,
  plainRecordOf,
  plainValueOf,
} from "./config-node.js";
import { readPluginsSection } from "./plugins-section.js";
import type { ProblemReport } from "./problem-report.js";
import { withTypeKey } from "./type-key.js";

const componentSectionKeys = [
  "functions",
  "function_groups",
  "middleware",
  "object_stores",
  "http_routes",
  "per_user_services",
  "workflow",
  "plugins",
];
const topLevelKeys = ["base", "general", ...componentSectionKeys];
const componentName = /^[A-Za-z0-9_-]+$/;

/**
 * Reads the sections that say what to build, and reports unknown sections. Components that cannot be made out are left
 * out, and named.
 *
 * @returns `undefined` where it is not even known which components or plugins there are.
 */
export function readComponentSections(
  root: MappingNode,
  report: ProblemReport,
): Omit<ComponentSections, "isGeneralSound" | "entryFunctions" | "globalMiddleware"> | undefined {
  const hidesSection = reportUnknownSections(root, report);
  const readers = {
    functions: new ComponentReader(report),
    middleware: new ComponentReader(report),
    objectStores: new ComponentReader(report),
    httpRoutes: new ComponentReader(report),
    perUserServices: new ComponentReader(report),
  };
  const read = (reader: keyof typeof readers, section: string) =>
    readers[reader].components(root.entries.get(section)?.value, section);
  const named = {
    functions: read("functions", "functions"),
    functionGroups: read("functions", "function_groups"),
    middleware: read("middleware", "middleware"),
    objectStores: read("objectStores", "object_stores"),
    httpRoutes: read("httpRoutes", "http_routes"),
    perUserServices: read("perUserServices", "per_user_services"),
  };
  const workflow = readers.functions.workflow(root);
  const plugins = readKnownPlugins(root.entries.get("plugins")?.value, report);
  if (hidesSection || plugins === undefined || !areAllKnown(named)) {
    return undefined;
  }
  const faultyNames = Object.freeze({
    functions: readers.functions.faultyNames(),
    middleware: readers.middleware.faultyNames(),
    objectStores: readers.objectStores.faultyNames(),
    httpRoutes: readers.httpRoutes.faultyNames(),
    perUserServices: readers.perUserServices.faultyNames(),
  });
  return Object.freeze({ ...named, workflow, ...plugins, faultyNames });
}

type NamedComponents = Readonly<Record<string, ComponentConfig>>;
type Known<Sections> = { readonly [Section in keyof Sections]: NamedComponents };

function areAllKnown<Sections extends Readonly<Record<string, NamedComponents | undefined>>>(
  sections: Sections,
): sections is Sections & Known<Sections> {
  return Object.values(sections).every((components) => components !== undefined);
}

/** `undefined` where it is not known which plugins are meant. */
function readKnownPlugins(
  node: ConfigNode | undefined,
  report: ProblemReport,
): ReturnType<typeof readPluginsSection> | undefined {
  const errorsBefore = report.errorCount;
  const plugins = readPluginsSection(node, report);
  return report.errorCount === errorsBefore && (node === undefined || !hasFault(node)) ? plugins : undefined;
}

/** Whether an unknown section is likely to be one of the component sections misspelt. */
function reportUnknownSections(root: MappingNode, report: ProblemReport): boolean {
  let hidesSection = false;
  for (const [key, entry] of root.entries) {
    if (topLevelKeys.includes(key)) continue;
    const message = `There is no section ${JSON.stringify(key)}.`;
    report.error("config-unknown-key", entry.keyPlace.location, message, didYouMean(key, topLevelKeys));
    hidesSection ||= componentSectionKeys.includes(nearNames(key, topLevelKeys)[0] ?? "");
  }
  return hidesSection;
}

class ComponentReader {
  readonly #faultyNames = new Set<string>();
  readonly #report: ProblemReport;

  constructor(report: ProblemReport) {
    this.#report = report;
  }

  /** The names of those that were left out so far. */
  faultyNames(): readonly string[] {
    return Object.freeze([...this.#faultyNames]);
  }

  components(node: ConfigNode | undefined, section: string): NamedComponents | undefined {
    if (node === undefined || isNothing(node)) return plainRecordOf<ComponentConfig>([]);
    if (node.kind !== "mapping") {
      const message = `${section} must be a mapping of names to components, found ${describeNode(node)}.`;
      this.#report.error("config-schema", node.place.location, message, "Write `name: { _type: … }` under it.");
      return undefined;
    }
    const entries = [...node.entries].map(([name, { keyPlace, value }]) => {
      this.#checkName(name, section, keyPlace.location);
      const component = this.#component(value, [section, name], keyPlace.location);
      if (component === undefined) this.#faultyNames.add(name);
      return [name, component] as const;
    });
    return plainRecordOf(
      entries.filter((entry): entry is readonly [string, ComponentConfig] => entry[1] !== undefined),
    );
  }

  workflow(root: MappingNode): ComponentConfig | undefined {
    const entry = root.entries.get("workflow");
    if (entry === undefined || isNothing(entry.value)) return undefined;
    const workflow = this.#component(entry.value, ["workflow"], entry.keyPlace.location);
    if (workflow === undefined) this.#faultyNames.add("workflow");
    return workflow;
  }

  #checkName(name: string, section: string, source: SourceLocation): void {
    if (componentName.test(name) && name !== "__proto__") return;
    const message = `${JSON.stringify(name)} is not a name ${section} can have.`;
    this.#report.error("config-schema", source, message, "Use letters, digits, _ and - only (and not __proto__).");
  }

  #component(node: ConfigNode, path: ConfigPath, keySource: SourceLocation): ComponentConfig | undefined {
    if (node.kind !== "mapping") {
      if (hasFault(node)) return undefined;
      const message = `${formatPath(path)} must be a mapping with a _type, found ${describeNode(node)}.`;
      this.#report.error("config-schema", keySource, message, "Write _type: and the component's fields under it.");
      return undefined;
    }
    const component = withTypeKey(node, path, this.#report);
    const type = this.#type(component, path, keySource);
    if (type === undefined) return undefined;
    const fields = [...component.entries].filter(([key]) => key !== "_type");
    return Object.freeze({
      type,
      fields: plainRecordOf(fields.map(([key, entry]) => [key, plainValueOf(entry.value)])),
      path: Object.freeze([...path]),
    });
  }

  #type(component: MappingNode, path: ConfigPath, keySource: SourceLocation): string | undefined {
    const value = component.entries.get("_type")?.value;
    if (value?.kind === "scalar" && typeof value.value === "string" && value.value !== "") return value.value;
    if (value !== undefined && hasFault(value)) return undefined;
    if (value === undefined) {
      const message = `${formatPath(path)} has no _type, so it is not known what to build.`;
      this.#report.error("config-schema", keySource, message, "Add _type: and the name of a component type.");
    } else {
      const message = `${formatPath(path)}._type must be the name of a component type, found ${describeNode(value)}.`;
      this.#report.error(
        "config-schema",
        value.place.location,
        message,
        "Write, for instance, _type: per_user_notepad.",
      );
    }
    return undefined;
  }
}
