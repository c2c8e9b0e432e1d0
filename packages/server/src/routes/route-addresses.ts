import type { IdentityConfig, ReadableConfig } from "@alcove/config";
import type { EntryFacts } from "@alcove/runtime";
import { servedEntryRoutes } from "./entry-routes.js";
import { jobRoutesOf } from "./job-addresses.js";
import { pluginAddress } from "./plugin-address.js";

/** A run that waits for a person, or has. */
export const EXECUTION_PATH = "/executions/:execution_id";
/** Where a person's answer goes. */
export const RESPONSE_PATH = `${EXECUTION_PATH}/interactions/:interaction_id/response`;

/** The session of whoever asks: what is kept of it, and the way to be forgotten. */
export const SESSION_PATH = "/v1/session";

/** All that is kept of whoever asks. */
export const SESSION_EXPORT_PATH = "/v1/session/export";

/** The cookie that was issued to whoever asks, and the way to revoke it. */
export const ISSUED_COOKIE_PATH = "/v1/identity/cookie";

/** The stored sessions, for operators. */
export const ADMIN_SESSIONS_PATH = "/v1/admin/sessions";
/** One of them. */
export const ADMIN_SESSION_PATH = `${ADMIN_SESSIONS_PATH}/:user_id`;
/** The way to take it out of memory. */
export const ADMIN_EVICT_PATH = `${ADMIN_SESSION_PATH}/evict`;
/** The way to revoke the cookie of its user. */
export const ADMIN_REVOKE_PATH = `${ADMIN_SESSION_PATH}/revoke`;

/** The OpenAPI document of all routes. */
export const OPENAPI_PATH = "/openapi.json";

/** The OpenAPI document for people. */
export const DOCS_PATH = "/docs";

/** What has happened, for Prometheus. */
export const METRICS_PATH = "/metrics";

/** A route as the start-up log names it. */
export interface RouteAddress {
  /** The HTTP method in capitals. */
  readonly method: string;
  /** The path, e.g. `/generate`, or `/v1/admin/sessions/:user_id`, in which a part that begins with a colon is a parameter. */
  readonly path: string;
}

/** The routes that are served, in the order in which they are listed at start; those of plugins last. */
export function routeAddresses(config: ReadableConfig, entries: readonly EntryFacts[]): readonly RouteAddress[] {
  return [
    ...[...servedEntryRoutes(config, entries), ...jobRoutesOf(config)].map(({ method, path }) => ({ method, path })),
    ...ownAddresses(config),
    ...entries.flatMap(({ route }) => (route === undefined ? [] : [pluginAddress(route)])),
  ];
}

/** The routes that no configuration can move. */
export function ownAddresses({ general }: ReadableConfig): readonly RouteAddress[] {
  return [
    { method: "GET", path: EXECUTION_PATH },
    { method: "DELETE", path: EXECUTION_PATH },
    { method: "POST", path: RESPONSE_PATH },
    { method: "GET", path: SESSION_PATH },
    { method: "DELETE", path: SESSION_PATH },
    { method: "GET", path: SESSION_EXPORT_PATH },
    { method: "GET", path: "/health" },
    { method: "GET", path: "/ready" },
    ...(general.enablePerUserMonitoring ? [{ method: "GET", path: "/monitor/users" }] : []),
    { method: "GET", path: ADMIN_SESSIONS_PATH },
    { method: "DELETE", path: ADMIN_SESSION_PATH },
    { method: "POST", path: ADMIN_EVICT_PATH },
    ...(issuesCookies(general.identity)
      ? [
          { method: "POST", path: ADMIN_REVOKE_PATH },
          { method: "DELETE", path: ISSUED_COOKIE_PATH },
        ]
      : []),
    ...(general.frontEnd.metrics ? [{ method: "GET", path: METRICS_PATH }] : []),
    { method: "GET", path: OPENAPI_PATH },
    ...(general.frontEnd.docs ? [{ method: "GET", path: DOCS_PATH }] : []),
  ];
}

/** Whether the server gives cookies to those who come without a name. */
export function issuesCookies({ providers }: IdentityConfig): boolean {
  return providers.some(({ type }) => type === "issued_cookie");
}
