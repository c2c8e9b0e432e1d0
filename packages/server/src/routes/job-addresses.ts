import type { ConfigPath, ReadableConfig } from "@alcove/config";

/** What a route of jobs does. */
export type JobRouteKind = "submit" | "status" | "cancel" | "events";

/** A route of jobs, which stands behind a path of the workflow. */
export interface JobRoute {
  readonly kind: JobRouteKind;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** Whether it begins with the workflow's `legacy_path`. */
  readonly isLegacy: boolean;
  /** Where the configuration says where the route is. */
  readonly place: ConfigPath;
}

/** The routes of jobs. Only the workflow has them: what is stored of a job does not say which function it calls. */
export function jobRoutesOf({ general }: ReadableConfig): readonly JobRoute[] {
  const { legacyPath, path, place } = general.frontEnd.workflow;
  return [
    ...(legacyPath === undefined ? [] : jobRoutesAt(legacyPath, { isLegacy: true, place: [...place, "legacy_path"] })),
    ...(path === undefined ? [] : jobRoutesAt(path, { isLegacy: false, place: [...place, "path"] })),
  ];
}

function jobRoutesAt(beginning: string, facts: Pick<JobRoute, "isLegacy" | "place">): JobRoute[] {
  const path = `${beginning}/async`;
  const job = `${path}/job/:job_id`;
  return [
    { ...facts, kind: "submit", method: "POST", path },
    { ...facts, kind: "status", method: "GET", path: job },
    { ...facts, kind: "cancel", method: "DELETE", path: job },
    { ...facts, kind: "events", method: "GET", path: `${job}/events` },
  ];
}
