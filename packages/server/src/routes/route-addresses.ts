import type { AlcoveConfig } from "@alcove/config";

/** The paths that run the workflow: the reference's own, and its older name. */
export const WORKFLOW_PATHS: readonly string[] = ["/generate", "/v1/workflow"];

/** A route as the start-up log names it. */
export interface RouteAddress {
  /** The HTTP method in capitals. */
  readonly method: string;
  /** The path, e.g. `/generate`. */
  readonly path: string;
}

/** The routes a configuration leads to, in the order in which they are listed at start. */
export function routeAddresses({ general }: AlcoveConfig): readonly RouteAddress[] {
  return [
    ...WORKFLOW_PATHS.map((path) => ({ method: "POST", path })),
    { method: "GET", path: "/health" },
    ...(general.enablePerUserMonitoring ? [{ method: "GET", path: "/monitor/users" }] : []),
  ];
}
