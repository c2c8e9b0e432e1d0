import { Router, type RouterInstance } from "@koa/router";
import type { Registry } from "prom-client";
import { type JsonObject, jsonBody } from "../body/json-body.js";
import type { RequestContext, RequestState } from "../request-state.js";
import type { ServerLife } from "../server-life.js";
import type { ServerOptions } from "../server-options.js";
import type { OpenStreams } from "../streams/open-streams.js";
import { markdownSteps, rawSteps, type StepAdaptor, wantedTypes } from "../streams/steps.js";
import { entryOf } from "./entry-call.js";
import { entryRoute } from "./entry-route.js";
import { type EntryRoute, servedEntryRoutes } from "./entry-routes.js";
import { executionRoutes } from "./execution-routes.js";
import { healthRoute } from "./health-route.js";
import { interactiveWorkflowRoute } from "./interactive-workflow-route.js";
import { jobRoutesOf } from "./job-addresses.js";
import { jobRoutes } from "./job-routes.js";
import { metricsRoute } from "./metrics-route.js";
import { monitorUsersRoute } from "./monitor-users-route.js";
import { openApiRoute } from "./openapi-route.js";
import { operatorRoutes } from "./operator-routes.js";
import { pluginAddress } from "./plugin-address.js";
import { pluginRoute } from "./plugin-route.js";
import { readyRoute } from "./ready-route.js";
import { revokeCookieRoute } from "./revoke-cookie-route.js";
import {
  ADMIN_EVICT_PATH,
  ADMIN_REVOKE_PATH,
  ADMIN_SESSION_PATH,
  ADMIN_SESSIONS_PATH,
  DOCS_PATH,
  EXECUTION_PATH,
  ISSUED_COOKIE_PATH,
  issuesCookies,
  METRICS_PATH,
  OPENAPI_PATH,
  RESPONSE_PATH,
  type RouteAddress,
  SESSION_EXPORT_PATH,
  SESSION_PATH,
} from "./route-addresses.js";
import { sessionRoutes } from "./session-routes.js";
import { streamRoute } from "./stream-route.js";

/**
 * Builds the routes of a configuration. Paths are case-sensitive.
 *
 * @param metrics What operators may ask for; `undefined` where that is switched off.
 */
export function createRouter(
  options: ServerOptions,
  life: ServerLife,
  metrics: Registry | undefined,
): RouterInstance<RequestState> {
  const { readiness } = life;
  const { runtime, storedSessions, config, clock } = options;
  const { general } = config;
  const router = new Router<RequestState>({ sensitive: true });
  for (const route of servedEntryRoutes(config, runtime.entries)) {
    registerRun(router, route, entryHandler(route, options, life));
  }
  addExecutionRoutes(router, options, life.openStreams);
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
    router.delete(ISSUED_COOKIE_PATH, revokeCookieRoute(options.cookieRegister));
  }
  if (metrics !== undefined) {
    router.get(METRICS_PATH, metricsRoute(metrics));
  }
  router.get(OPENAPI_PATH, openApiRoute(options));
  if (life.docs !== undefined) {
    router.get(DOCS_PATH, life.docs.page);
  }
  addPluginRoutes(router, options);
  return router;
}

/**
 * Registers a route that begins runs. The router takes HEAD wherever it takes GET; not here, since a run is not begun for somebody
 * who does not want to know how it ends.
 */
function registerRun(
  router: RouterInstance<RequestState>,
  { method, path }: RouteAddress,
  handler: (context: RequestContext) => Promise<void>,
): void {
  router.register(path, [method], handler);
  const layer = router.stack.at(-1);
  if (layer !== undefined) {
    layer.methods = [method];
  }
}

/** What is sent where there is nothing to send: the input of an entry that is called with GET. */
const noBody = async (): Promise<JsonObject> => ({});

function addPluginRoutes(router: RouterInstance<RequestState>, { runtime, config }: ServerOptions): void {
  const readBody = jsonBody(config.general.frontEnd.maxBodyBytes);
  for (const entry of runtime.entries) {
    if (entry.route !== undefined) {
      const route = pluginRoute({ application: runtime, entry, route: entry.route }, readBody);
      registerRun(router, pluginAddress(entry.route), route);
    }
  }
}

function addExecutionRoutes(
  router: RouterInstance<RequestState>,
  { runtime, config }: ServerOptions,
  openStreams: OpenStreams,
): void {
  const { maxBodyBytes, streamHeartbeatMs: heartbeatMs } = config.general.frontEnd;
  const readBody = jsonBody(maxBodyBytes);
  const jobs = jobRoutes(runtime, { readBody, heartbeatMs, openStreams });
  for (const { kind, method, path } of jobRoutesOf(config)) {
    router.register(path, [method], jobs[kind]);
  }
  const executions = executionRoutes(runtime.executions, readBody);
  router.get(EXECUTION_PATH, executions.status);
  router.delete(EXECUTION_PATH, executions.cancel);
  router.post(RESPONSE_PATH, executions.respond);
}

function entryHandler(
  { kind, method, functionName, isInteractive }: EntryRoute,
  { runtime, config, logger }: ServerOptions,
  { openStreams, resumableStreams }: ServerLife,
): (context: RequestContext) => Promise<void> {
  const { maxBodyBytes, streamHeartbeatMs: heartbeatMs } = config.general.frontEnd;
  const served = { application: runtime, entry: entryOf(runtime, functionName) };
  const readBody = method === "GET" ? noBody : jsonBody(maxBodyBytes);
  const streamOptions = { readBody, heartbeatMs, openStreams, resumableStreams, logger, isInteractive };
  switch (kind) {
    case "single":
      return isInteractive ? interactiveWorkflowRoute(served, readBody) : entryRoute(served, readBody);
    case "stream":
      return streamRoute(served, { ...streamOptions, stepAdaptor: markdownSteps });
    case "full":
      return streamRoute(served, { ...streamOptions, stepAdaptor: rawStepsWanted });
  }
}

function rawStepsWanted({ query }: RequestContext): StepAdaptor | undefined {
  const types = wantedTypes(query["filter_steps"]);
  return types?.size === 0 ? undefined : rawSteps(types);
}
