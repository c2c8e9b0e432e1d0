import type { ConfigDocument } from "@alcove/config";
import type { Problem } from "@alcove/plugin-api";
import { type ConfiguredComponent, MEMBER_SEPARATOR } from "./configured-component.js";

/** Checks that no public function name could mean two things. */
export function checkNames(components: readonly ConfiguredComponent[], document: ConfigDocument): Problem[] {
  const groups = components.filter(({ section }) => section === "function_groups");
  const named = components.filter(({ section }) => section === "functions" || section === "function_groups");
  return named.flatMap((component) =>
    groups
      .filter((group) => group !== component && clash(component.name, group.name))
      .map((group) => {
        const kind = component.section === "functions" ? "function" : "function group";
        return {
          rule: "name-clash",
          severity: "error",
          message:
            component.name === group.name
              ? `The name ${component.name} is given to a function and to a function group.`
              : `The ${kind} name ${component.name} reads like a member of the function group ${group.name}.`,
          source: document.locateKey(component.source.path),
          remedy: "Rename one of them.",
        };
      }),
  );
}

function clash(name: string, group: string): boolean {
  return name === group || name.startsWith(`${group}${MEMBER_SEPARATOR}`);
}
