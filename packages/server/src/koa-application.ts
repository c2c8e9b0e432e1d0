import type { RequestListener } from "node:http";
import Koa from "koa";
import type { Registry } from "prom-client";
import { provideIdentity } from "./identity/request-identity.js";
import { accessLog } from "./middleware/access-log.js";
import { countRequests } from "./middleware/count-requests.js";
import { crossOrigin } from "./middleware/cross-origin.js";
import { errorMap } from "./middleware/error-map.js";
import { limitNewSessions } from "./middleware/limit-new-sessions.js";
import { refuseAmbiguous } from "./middleware/refuse-ambiguous.js";
import { requestFields } from "./middleware/request-fields.js";
import { requestId } from "./middleware/request-id.js";
import { unmatchedRoute } from "./middleware/unmatched-route.js";
import type { RequestContext, RequestState } from "./request-state.js";
import { withoutRootPath } from "./routes/root-path.js";
import { createRouter } from "./routes/router.js";
import { staticRoutes } from "./routes/static-routes.js";
import { setSecurityHeaders } from "./security-headers.js";
import type { ServerLife } from "./server-life.js";
import type { ServerOptions } from "./server-options.js";
import { refuseWithoutUpgrade } from "./websocket/upgrade-required.js";

/**
 * Puts the middleware and the routes together into the function that answers requests. What only some configurations ask for is
 * loaded only for them: a start is mostly loading.
 */
export async function createRequestListener(options: ServerOptions, life: ServerLife): Promise<RequestListener> {
  const { config, logger, clock } = options;
  const koa = new Koa<RequestState>({ env: "production" });
  provideIdentity(koa, life.identity);
  const router = createRouter(options, life, await metricsOf(options, life));
  koa.use(life.openRequests.follow);
  koa.use(requestId);
  if (options.tracing !== undefined) {
    const { requestSpan } = await import("./middleware/request-span.js");
    koa.use(requestSpan(options.tracing, router));
  }
  if (life.requests !== undefined) {
    life.requests.follow(router);
    koa.use(countRequests(life.requests, clock));
  }
  if (options.accessLog === true) {
    koa.use(accessLog({ logger, clock, router }));
  }
  koa.use(errorMap(logger));
  koa.use(refuseAmbiguous);
  const crossOriginRules = crossOrigin(config.general.frontEnd.cors);
  if (crossOriginRules !== undefined) {
    koa.use(crossOriginRules);
  }
  if (life.newSessionLimit !== undefined) {
    koa.use(limitNewSessions(life.newSessionLimit));
  }
  koa.use(staticRoutes(router));
  koa.use(router.routes());
  const { path: socketPath } = config.general.frontEnd.webSocket;
  if (socketPath !== undefined) {
    koa.use(refuseWithoutUpgrade(socketPath));
  }
  if (life.docs !== undefined) {
    koa.use(life.docs.files);
  }
  koa.use(unmatchedRoute(router));
  // Only what breaks while a reply is being written ends up here, mostly clients that hang up.
  koa.on("error", (error: unknown, context?: RequestContext) =>
    logger.debug("A reply could not be written.", { ...(context && requestFields(context)), error }),
  );
  const listener = koa.callback();
  const { rootPath } = config.general.frontEnd;
  return (request, response) => {
    setSecurityHeaders(response);
    if (rootPath !== "") {
      request.url = withoutRootPath(request.url ?? "", rootPath);
    }
    void listener(request, response);
  };
}

/** Every metric, where somebody is going to ask for them. */
async function metricsOf({ runtime, store }: ServerOptions, life: ServerLife): Promise<Registry | undefined> {
  const { requests } = life;
  if (requests === undefined) {
    return undefined;
  }
  const { serverMetrics } = await import("./metrics/server-metrics.js");
  return serverMetrics({ requests, life, runtime: runtime.figures, store: store.figures });
}
