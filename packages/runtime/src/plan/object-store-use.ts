import type { ConfigDocument } from "@alcove/config";
import type { Problem } from "@alcove/plugin-api";
import type { ConfiguredComponent, Dependency } from "./configured-component.js";

/** A warning for every object store that no component refers to. */
export function unusedObjectStores(
  components: readonly ConfiguredComponent[],
  dependencies: readonly Dependency[],
  document: ConfigDocument,
): Problem[] {
  const used = new Set(dependencies.map(({ to }) => to));
  return components
    .filter((component) => component.section === "object_stores" && !used.has(component))
    .map(({ name, source }) => ({
      rule: "component-unreachable",
      severity: "warning",
      message: `No component refers to the object store ${name}.`,
      source: document.locateKey(source.path),
      remedy: "Refer to it from a function, a group or a middleware that takes one, or remove it.",
    }));
}
