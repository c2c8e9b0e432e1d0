import type { ConfigDocument } from "@alcove/config";
import type { Problem } from "@alcove/plugin-api";
import { middlewareTarget } from "../middleware/middleware-target.js";
import { reachedFrom } from "./compile-plan.js";
import { type Dependency, keepsState, publicFunctionName } from "./configured-component.js";

/** Asks every middleware whether it may be put around the functions the configuration puts it around. */
export function checkSuitability(dependencies: readonly Dependency[], document: ConfigDocument): Problem[] {
  return dependencies.flatMap(({ from, to, path }) => {
    const { definition, parsedConfig } = to;
    if (definition.kind !== "middleware" || parsedConfig === undefined) {
      return [];
    }
    const isStateful = [...reachedFrom([from], dependencies)].some(keepsState);
    return [...from.functions].flatMap(([member, { schemas }]): Problem[] => {
      const name = publicFunctionName(from, member);
      const target = middlewareTarget({ name, component: from, schemas }, isStateful);
      const reason = definition.unsuitable(target, parsedConfig);
      return reason === undefined
        ? []
        : [
            {
              rule: "middleware-unsuitable",
              severity: "error",
              message: `The middleware ${to.name} (${to.type.qualifiedName}) must not be put around ${name}: ${reason}.`,
              source: document.locate(path),
              remedy: "Put it around other functions, or configure it otherwise.",
            },
          ];
    });
  });
}
