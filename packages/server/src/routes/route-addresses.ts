import type { AlcoveConfig } from "@alcove/config";

/** The paths that run the workflow: the reference's own, and its older name. */
export const WORKFLOW_PATHS: readonly string[] = ["/generate", "/v1/workflow"];
/** The paths that stream the workflow with its steps in Markdown. */
export const STREAM_PATHS: readonly string[] = WORKFLOW_PATHS.map((path) => `${path}/stream`);
/** The paths that stream the workflow with its steps as they are. */
export const FULL_STREAM_PATHS: readonly string[] = WORKFLOW_PATHS.map((path) => `${path}/full`);

/** The paths that submit jobs. Behind each stands `/job/{job_id}`. */
export const ASYNC_PATHS: readonly string[] = WORKFLOW_PATHS.map((path) => `${path}/async`);
/** The paths on which runs may ask people something. The older name never could. */
export const INTERACTIVE_PATHS: ReadonlySet<string> = new Set(
  ["", "/stream", "/full"].map((ending) => `/v1/workflow${ending}`),
);

/** A run that waits for a person, or has. */
export const EXECUTION_PATH = "/executions/{execution_id}";
/** Where a person's answer goes. */
export const RESPONSE_PATH = `${EXECUTION_PATH}/interactions/{interaction_id}/response`;

/** The path of a job. */
export function jobPath(asyncPath: string): string {
  return `${asyncPath}/job/{job_id}`;
}

/** The session of whoever asks: what is kept of it, and the way to be forgotten. */
export const SESSION_PATH = "/v1/session";

/** All that is kept of whoever asks. */
export const SESSION_EXPORT_PATH = "/v1/session/export";

/** The OpenAPI document of all routes. */
export const OPENAPI_PATH = "/openapi.json";

/** A route as the start-up log names it. */
export interface RouteAddress {
  /** The HTTP method in capitals. */
  readonly method: string;
  /** The path, e.g. `/generate`; what differs from request to request stands in braces. */
  readonly path: string;
}

/** The routes a configuration leads to, in the order in which they are listed at start. */
export function routeAddresses({ general }: AlcoveConfig): readonly RouteAddress[] {
  return [
    ...[...WORKFLOW_PATHS, ...STREAM_PATHS, ...FULL_STREAM_PATHS].map((path) => ({ method: "POST", path })),
    ...ASYNC_PATHS.flatMap((path) => [
      { method: "POST", path },
      { method: "GET", path: jobPath(path) },
      { method: "DELETE", path: jobPath(path) },
      { method: "GET", path: `${jobPath(path)}/events` },
    ]),
    { method: "GET", path: EXECUTION_PATH },
    { method: "POST", path: RESPONSE_PATH },
    { method: "GET", path: SESSION_PATH },
    { method: "DELETE", path: SESSION_PATH },
    { method: "GET", path: SESSION_EXPORT_PATH },
    { method: "GET", path: "/health" },
    { method: "GET", path: "/ready" },
    ...(general.enablePerUserMonitoring ? [{ method: "GET", path: "/monitor/users" }] : []),
    { method: "GET", path: OPENAPI_PATH },
  ];
}
