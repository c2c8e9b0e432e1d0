import type { HttpRoute } from "@alcove/plugin-api";
import type { ApplicationPlan, FunctionPlan } from "./application-plan.js";

/** A route of a plugin, as a front end serves it. */
export interface RouteFacts extends HttpRoute {
  /** The plugin, below whose prefix the route is. */
  readonly plugin: { readonly id: string; readonly displayName: string };
  /** Where the configuration says that its set is served, e.g. `["http_routes", "notes"]`. */
  readonly place: readonly string[];
}

/** The route a function answers; `undefined` for every other function. */
export function routeFactsOf({ component, definedAs = "" }: FunctionPlan): RouteFacts | undefined {
  const { definition, type, section, name } = component;
  const route = definition.kind === "http_routes" ? definition.routes[definedAs] : undefined;
  const { id, displayName } = type.plugin.manifest;
  return route && Object.freeze({ ...route, plugin: { id, displayName }, place: [section, name] });
}

/** The routes of plugins that an application serves, before anything of it is built. */
export function routesOfPlan({ entries }: ApplicationPlan): readonly RouteFacts[] {
  return entries.flatMap((fn) => routeFactsOf(fn) ?? []);
}
