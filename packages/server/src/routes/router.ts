import { Router, type RouterInstance } from "@koa/router";
import { jsonBody } from "../body/json-body.js";
import { serverMetrics } from "../metrics/server-metrics.js";
import type { RequestContext, RequestState } from "../request-state.js";
import type { ServerLife } from "../server-life.js";
import type { ServerOptions } from "../server-options.js";
import { markdownSteps, rawSteps, type StepAdaptor, wantedTypes } from "../streams/steps.js";
import { healthRoute } from "./health-route.js";
import { metricsRoute } from "./metrics-route.js";
import { monitorUsersRoute } from "./monitor-users-route.js";
import { openApiRoute } from "./openapi-route.js";
import { operatorRoutes } from "./operator-routes.js";
import { readyRoute } from "./ready-route.js";
import { revokeCookieRoute } from "./revoke-cookie-route.js";
import {
  ADMIN_EVICT_PATH,
  ADMIN_REVOKE_PATH,
  ADMIN_SESSION_PATH,
  ADMIN_SESSIONS_PATH,
  FULL_STREAM_PATHS,
  ISSUED_COOKIE_PATH,
  issuesCookies,
  METRICS_PATH,
  OPENAPI_PATH,
  SESSION_EXPORT_PATH,
  SESSION_PATH,
  STREAM_PATHS,
  WORKFLOW_PATHS,
} from "./route-addresses.js";
import { sessionRoutes } from "./session-routes.js";
import { streamRoute } from "./stream-route.js";
import { workflowRoute } from "./workflow-route.js";

/** Builds the routes of a configuration. Paths are case-sensitive. */
export function createRouter(options: ServerOptions, life: ServerLife): RouterInstance<RequestState> {
  const { openStreams, readiness, requests } = life;
  const { runtime, storedSessions, store, config, clock, logger } = options;
  const { general } = config;
  const { maxBodyBytes, streamHeartbeatMs: heartbeatMs } = general.frontEnd;
  const router = new Router<RequestState>({ sensitive: true });
  const readBody = jsonBody(maxBodyBytes);
  const streamOptions = { readBody, heartbeatMs, openStreams, logger };
  const runWorkflow = workflowRoute(runtime, readBody);
  const streamWorkflow = streamRoute(runtime, { ...streamOptions, stepAdaptor: markdownSteps });
  const streamAllOfWorkflow = streamRoute(runtime, { ...streamOptions, stepAdaptor: rawStepsWanted });
  for (const path of WORKFLOW_PATHS) {
    router.post(path, runWorkflow);
  }
  for (const path of STREAM_PATHS) {
    router.post(path, streamWorkflow);
  }
  for (const path of FULL_STREAM_PATHS) {
    router.post(path, streamAllOfWorkflow);
  }
  const session = sessionRoutes(storedSessions);
  router.get(SESSION_PATH, session.describe);
  router.delete(SESSION_PATH, session.delete);
  router.get(SESSION_EXPORT_PATH, session.export);
  router.get("/health", healthRoute);
  router.get("/ready", readyRoute(readiness));
  if (general.enablePerUserMonitoring) {
    router.get("/monitor/users", monitorUsersRoute(runtime, clock));
  }
  const operator = operatorRoutes(options);
  router.get(ADMIN_SESSIONS_PATH, operator.list);
  router.delete(ADMIN_SESSION_PATH, operator.delete);
  router.post(ADMIN_EVICT_PATH, operator.evict);
  if (issuesCookies(general.identity)) {
    router.post(ADMIN_REVOKE_PATH, operator.revoke);
    router.delete(ISSUED_COOKIE_PATH, revokeCookieRoute(options.revokedUsers));
  }
  if (requests !== undefined) {
    router.get(
      METRICS_PATH,
      metricsRoute(serverMetrics({ requests, life, runtime: runtime.figures, store: store.figures })),
    );
  }
  router.get(OPENAPI_PATH, openApiRoute(options));
  return router;
}

function rawStepsWanted({ query }: RequestContext): StepAdaptor | undefined {
  const types = wantedTypes(query["filter_steps"]);
  return types?.size === 0 ? undefined : rawSteps(types);
}
