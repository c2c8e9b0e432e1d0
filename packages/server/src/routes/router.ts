import { Router, type RouterInstance } from "@koa/router";
import { jsonBody } from "../body/json-body.js";
import type { RequestState } from "../request-state.js";
import type { ServerOptions } from "../server-options.js";
import { healthRoute } from "./health-route.js";
import { monitorUsersRoute } from "./monitor-users-route.js";
import { openApiRoute } from "./openapi-route.js";
import { OPENAPI_PATH, SESSION_EXPORT_PATH, SESSION_PATH, WORKFLOW_PATHS } from "./route-addresses.js";
import { sessionRoutes } from "./session-routes.js";
import { workflowRoute } from "./workflow-route.js";

/** Builds the routes of a configuration. Paths are case-sensitive. */
export function createRouter(options: ServerOptions): RouterInstance<RequestState> {
  const { runtime, storedSessions, config, clock } = options;
  const { general } = config;
  const router = new Router<RequestState>({ sensitive: true });
  const runWorkflow = workflowRoute(runtime, jsonBody(general.frontEnd.maxBodyBytes));
  for (const path of WORKFLOW_PATHS) {
    router.post(path, runWorkflow);
  }
  const session = sessionRoutes(storedSessions);
  router.get(SESSION_PATH, session.describe);
  router.delete(SESSION_PATH, session.delete);
  router.get(SESSION_EXPORT_PATH, session.export);
  router.get("/health", healthRoute);
  if (general.enablePerUserMonitoring) {
    router.get("/monitor/users", monitorUsersRoute(runtime, clock));
  }
  router.get(OPENAPI_PATH, openApiRoute(options));
  return router;
}
