import type { AlcoveConfig } from "@alcove/config";
import type { Clock } from "@alcove/plugin-api";
import { Router, type RouterInstance } from "@koa/router";
import { jsonBody } from "../body/json-body.js";
import type { RequestState } from "../request-state.js";
import type { ServedApplication } from "../served-application.js";
import { healthRoute } from "./health-route.js";
import { monitorUsersRoute } from "./monitor-users-route.js";
import { WORKFLOW_PATHS } from "./route-addresses.js";
import { workflowRoute } from "./workflow-route.js";

/** Builds the routes of a configuration. Paths are case-sensitive. */
export function createRouter(
  application: ServedApplication,
  { general }: AlcoveConfig,
  clock: Clock,
): RouterInstance<RequestState> {
  const router = new Router<RequestState>({ sensitive: true });
  const runWorkflow = workflowRoute(application, jsonBody(general.frontEnd.maxBodyBytes));
  for (const path of WORKFLOW_PATHS) {
    router.post(path, runWorkflow);
  }
  router.get("/health", healthRoute);
  if (general.enablePerUserMonitoring) {
    router.get("/monitor/users", monitorUsersRoute(application, clock));
  }
  return router;
}
