import { Router, type RouterInstance } from "@koa/router";
import { jsonBody } from "../body/json-body.js";
import { serverMetrics } from "../metrics/server-metrics.js";
import type { RequestContext, RequestState } from "../request-state.js";
import type { ServedApplication } from "../served-application.js";
import type { ServerLife } from "../server-life.js";
import type { ServerOptions } from "../server-options.js";
import { markdownSteps, rawSteps, type StepAdaptor, wantedTypes } from "../streams/steps.js";
import { executionRoutes } from "./execution-routes.js";
import { healthRoute } from "./health-route.js";
import { interactiveWorkflowRoute } from "./interactive-workflow-route.js";
import { type JobRoutesOptions, jobRoutes } from "./job-routes.js";
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
  ASYNC_PATHS,
  DOCS_PATH,
  EXECUTION_PATH,
  FULL_STREAM_PATHS,
  INTERACTIVE_PATHS,
  ISSUED_COOKIE_PATH,
  issuesCookies,
  jobPath,
  METRICS_PATH,
  OPENAPI_PATH,
  RESPONSE_PATH,
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
  for (const path of WORKFLOW_PATHS) {
    const route = INTERACTIVE_PATHS.has(path) ? interactiveWorkflowRoute : workflowRoute;
    router.post(path, route(runtime, readBody));
  }
  for (const [paths, stepAdaptor] of [
    [STREAM_PATHS, markdownSteps],
    [FULL_STREAM_PATHS, rawStepsWanted],
  ] as const) {
    for (const path of paths) {
      router.post(
        path,
        streamRoute(runtime, { ...streamOptions, stepAdaptor, isInteractive: INTERACTIVE_PATHS.has(path) }),
      );
    }
  }
  addExecutionRoutes(router, runtime, { readBody, heartbeatMs, openStreams });
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
  if (life.docs !== undefined) {
    router.get(DOCS_PATH, life.docs.page);
  }
  return router;
}

function addExecutionRoutes(
  router: RouterInstance<RequestState>,
  runtime: ServedApplication,
  options: JobRoutesOptions,
): void {
  const jobs = jobRoutes(runtime, options);
  for (const path of ASYNC_PATHS) {
    const job = jobPath(path);
    router.post(path, jobs.submit);
    router.get(job, jobs.status);
    router.delete(job, jobs.cancel);
    router.get(`${job}/events`, jobs.events);
  }
  const executions = executionRoutes(runtime.executions, options.readBody);
  router.get(EXECUTION_PATH, executions.status);
  router.post(RESPONSE_PATH, executions.respond);
}

function rawStepsWanted({ query }: RequestContext): StepAdaptor | undefined {
  const types = wantedTypes(query["filter_steps"]);
  return types?.size === 0 ? undefined : rawSteps(types);
}
