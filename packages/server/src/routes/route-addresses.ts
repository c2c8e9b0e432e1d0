import type { AlcoveConfig } from "@alcove/config";

/** The paths that run the workflow: the reference's own, and its older name. */
export const WORKFLOW_PATHS: readonly string[] = ["/generate", "/v1/workflow"];
/** The paths that stream the workflow with its steps in Markdown. */
export const STREAM_PATHS: readonly string[] = WORKFLOW_PATHS.map((path) => `${path}/stream`);
/** The paths that stream the workflow with its steps as they are. */
export const FULL_STREAM_PATHS: readonly string[] = WORKFLOW_PATHS.map((path) => `${path}/full`);

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
    ...[...WORKFLOW_PATHS, ...STREAM_PATHS, ...FULL_STREAM_PATHS].map((path) => ({ method: "POST", path })),
    { method: "GET", path: "/health" },
    ...(general.enablePerUserMonitoring ? [{ method: "GET", path: "/monitor/users" }] : []),
  ];
}
