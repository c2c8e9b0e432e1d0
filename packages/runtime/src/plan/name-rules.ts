import type { ConfigDocument } from "@alcove/config";
import type { Problem } from "@alcove/plugin-api";
import { type ConfiguredComponent, MEMBER_SEPARATOR } from "./configured-component.js";

/** Checks that no public function name could mean two things. */
export function checkNames(components: readonly ConfiguredComponent[], document: ConfigDocument): Problem[] {
  const groups = components.filter((component) => component.section === "function_groups");
  const functions = components.filter((component) => component.section === "functions");
  return functions.flatMap((fn) =>
    groups
      .filter((group) => fn.name === group.name || fn.name.startsWith(`${group.name}${MEMBER_SEPARATOR}`))
      .map((group) => ({
        rule: "name-clash",
        severity: "error",
        message:
          fn.name === group.name
            ? `The name ${fn.name} is given to a function and to a function group.`
            : `The function name ${fn.name} reads like a member of the function group ${group.name}.`,
        source: document.locateKey(fn.source.path),
        remedy: "Rename one of them.",
      })),
  );
}
