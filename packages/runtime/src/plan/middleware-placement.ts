import type { ComponentSections, ConfigDocument, MiddlewareName } from "@alcove/config";
import { didYouMean, type Problem } from "@alcove/plugin-api";
import type { ComponentSection } from "./application-plan.js";
import type { ConfiguredComponent, Dependency } from "./configured-component.js";
import type { ResolvedComponents } from "./resolve-components.js";

/** Which middleware stands around which components, and what is wrong with the lists that say so. */
export interface MiddlewarePlacement {
  /** From each component to what stands around it, outermost first. */
  readonly dependencies: Dependency[];
  readonly problems: Problem[];
}

const unwrappedSections: readonly ComponentSection[] = ["middleware", "object_stores", "per_user_services"];

/**
 * Puts middleware around functions, groups, routes and the workflow: what `general.middleware` names outermost, and inside it what
 * the component itself names, each list in its own order. No middleware stands around another one.
 */
export function placeMiddleware(
  { globalMiddleware }: Pick<ComponentSections, "globalMiddleware">,
  { components, faultyNames }: Pick<ResolvedComponents, "components" | "faultyNames">,
  document: ConfigDocument,
): MiddlewarePlacement {
  const known = new Map(
    components.filter(({ section }) => section === "middleware").map((component) => [component.name, component]),
  );
  const wrapped = components.filter(({ section }) => !unwrappedSections.includes(section));
  const lists = [
    { owner: "general", names: globalMiddleware },
    ...wrapped.map(({ name, middleware }) => ({ owner: name, names: middleware })),
  ];
  const globalNames = new Set(globalMiddleware.map(({ name }) => name));
  const problems = lists.flatMap(({ owner, names }) => [
    ...unknownNames(owner, names, { known, faulty: faultyNames.middleware }, document),
    ...repeatedNames(owner, names, owner === "general" ? new Set() : globalNames, document),
  ]);
  const dependencies = wrapped.flatMap((from) =>
    [...globalMiddleware, ...from.middleware].flatMap(({ name, path }): Dependency[] => {
      const to = known.get(name);
      return to === undefined ? [] : [{ from, to, member: undefined, reference: undefined, path }];
    }),
  );
  const used = new Set(dependencies.map(({ to }) => to));
  const unused = [...known.values()].filter((component) => !used.has(component));
  return { dependencies, problems: [...problems, ...unused.map((component) => unusedProblem(component, document))] };
}

function unknownNames(
  owner: string,
  names: readonly MiddlewareName[],
  { known, faulty }: { readonly known: ReadonlyMap<string, unknown>; readonly faulty: ReadonlySet<string> },
  document: ConfigDocument,
): Problem[] {
  return names
    .filter(({ name }) => !known.has(name) && !faulty.has(name))
    .map(({ name, path }) => ({
      rule: "reference-unknown",
      severity: "error",
      message: `${owner}.middleware names "${name}", and there is no middleware of that name.`,
      source: document.locate(path),
      remedy: known.size === 0 ? "Add it under middleware:, with its _type." : didYouMean(name, [...known.keys()]),
    }));
}

function repeatedNames(
  owner: string,
  names: readonly MiddlewareName[],
  globalNames: ReadonlySet<string>,
  document: ConfigDocument,
): Problem[] {
  return names.flatMap(({ name, path }, index): Problem[] => {
    const isRepeated = names.findIndex((other) => other.name === name) < index;
    if (!isRepeated && !globalNames.has(name)) {
      return [];
    }
    const fault = isRepeated ? "more than once" : "which general.middleware puts around every function already";
    return [
      {
        rule: "middleware-list",
        severity: "error",
        message: `${owner}.middleware names "${name}"${isRepeated ? " " : ", "}${fault}.`,
        source: document.locate(path),
        remedy: "Name it once.",
      },
    ];
  });
}

function unusedProblem({ name, source }: ConfiguredComponent, document: ConfigDocument): Problem {
  return {
    rule: "component-unreachable",
    severity: "warning",
    message: `The middleware ${name} is put around nothing.`,
    source: document.locateKey(source.path),
    remedy: "Name it in the middleware of a function, a group, a set of routes, the workflow or general, or remove it.",
  };
}
