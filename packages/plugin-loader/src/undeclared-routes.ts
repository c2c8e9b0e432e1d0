import type { ComponentDefinition, Problem } from "@alcove/plugin-api";
import { type ContributionPlace, moduleProblem } from "./import-module.js";

/**
 * What stands against a set of HTTP routes whose manifest does not name exactly the routes it serves, with whom each serves: who
 * installs a plugin reads there what it opens. Nothing where the definition is of another kind.
 */
export async function undeclaredRoutes(place: ContributionPlace, definition: ComponentDefinition): Promise<Problem[]> {
  if (definition.kind !== "http_routes") return [];
  const declared = new Map(Object.entries(place.plugin.manifest.contributes.http_routes[place.name]?.routes ?? {}));
  const problems: Promise<Problem>[] = [];
  for (const [address, { access }] of Object.entries(definition.routes)) {
    const promised = declared.get(address);
    if (promised === undefined) {
      const entry = JSON.stringify({ [address]: access });
      problems.push(
        routesProblem(place, `but it serves ${address}, which the manifest does not name`, `Add ${entry}.`),
      );
    } else if (promised !== access) {
      const fault = `but its route ${address} is for ${named[access]}, and the manifest says ${promised}`;
      problems.push(routesProblem(place, fault, `Write ${access} there, or change the definition.`));
    }
    declared.delete(address);
  }
  for (const address of declared.keys()) {
    problems.push(routesProblem(place, `but it does not serve ${address}, which the manifest names`, "Take it out."));
  }
  return Promise.all(problems);
}

const named = { user: "users", public: "the public", operator: "operators" } as const;

function routesProblem(place: ContributionPlace, fault: string, remedy: string): Promise<Problem> {
  return moduleProblem(place, fault, "routes", remedy);
}
