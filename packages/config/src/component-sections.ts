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
): Omit<ComponentSections, "entryFunctions" | "globalMiddleware"> | undefined {
  const hidesSection = reportUnknownSections(root, report);
  const reader = new ComponentReader(report);
  const sectionNode = (key: string): ConfigNode | undefined => root.entries.get(key)?.value;
  const functions = reader.components(sectionNode("functions"), "functions");
  const functionGroups = reader.components(sectionNode("function_groups"), "function_groups");
  const middlewareReader = new ComponentReader(report);
  const middleware = middlewareReader.components(sectionNode("middleware"), "middleware");
  const objectStoreReader = new ComponentReader(report);
  const objectStores = objectStoreReader.components(sectionNode("object_stores"), "object_stores");
  const routesReader = new ComponentReader(report);
  const httpRoutes = routesReader.components(sectionNode("http_routes"), "http_routes");
  const servicesReader = new ComponentReader(report);
  const perUserServices = servicesReader.components(sectionNode("per_user_services"), "per_user_services");
  const workflow = reader.workflow(root);
  const errorsBefore = report.errorCount;
  const pluginsNode = sectionNode("plugins");
  const plugins = readPluginsSection(pluginsNode, report);
  const arePluginsKnown = report.errorCount === errorsBefore && (pluginsNode === undefined || !hasFault(pluginsNode));
  const areFunctionsKnown = functions !== undefined && functionGroups !== undefined;
  const areServicesKnown = objectStores !== undefined && perUserServices !== undefined;
  const areOthersKnown = middleware !== undefined && httpRoutes !== undefined && areServicesKnown;
  if (hidesSection || !areFunctionsKnown || !areOthersKnown || !arePluginsKnown) {
    return undefined;
  }
  return Object.freeze({
    functions,
    functionGroups,
    middleware,
    objectStores,
    httpRoutes,
    perUserServices,
    workflow,
    ...plugins,
    faultyNames: Object.freeze([
      ...reader.faultyNames,
      ...Array.from(objectStoreReader.faultyNames, (name) => `object_stores ${name}`),
      ...Array.from(routesReader.faultyNames, (name) => `http_routes ${name}`),
      ...Array.from(servicesReader.faultyNames, (name) => `per_user_services ${name}`),
    ]),
    faultyMiddleware: Object.freeze([...middlewareReader.faultyNames]),
  });
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
  readonly faultyNames = new Set<string>();
  readonly #report: ProblemReport;

  constructor(report: ProblemReport) {
    this.#report = report;
  }

  components(node: ConfigNode | undefined, section: string): Readonly<Record<string, ComponentConfig>> | undefined {
    if (node === undefined || isNothing(node)) return plainRecordOf<ComponentConfig>([]);
    if (node.kind !== "mapping") {
      const message = `${section} must be a mapping of names to components, found ${describeNode(node)}.`;
      this.#report.error("config-schema", node.place.location, message, "Write `name: { _type: … }` under it.");
      return undefined;
    }
    const entries = [...node.entries].map(([name, { keyPlace, value }]) => {
      this.#checkName(name, section, keyPlace.location);
      const component = this.#component(value, [section, name], keyPlace.location);
      if (component === undefined) this.faultyNames.add(name);
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
    if (workflow === undefined) this.faultyNames.add("workflow");
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
