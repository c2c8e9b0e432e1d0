import type { AlcoveConfig } from "@alcove/config";
import type { Clock, Logger } from "@alcove/plugin-api";
import type { Tracing } from "@alcove/runtime";
import type { CookieRegister } from "./identity/cookie-register.js";
import type { WatchedStore } from "./readiness.js";
import type { ServedApplication } from "./served-application.js";
import type { StoredSessions } from "./stored-sessions.js";

/** What a server is made of. */
export interface ServerOptions {
  /** The started runtime that is served. The server does not close it. */
  readonly runtime: ServedApplication;
  /** What is stored of users, for the routes by which they look after their own session. */
  readonly storedSessions: StoredSessions;
  /** The users whose issued cookies count no more. */
  readonly cookieRegister: CookieRegister;
  /** Where the sessions are: whether it takes changes is what `GET /ready` tells. */
  readonly store: WatchedStore;
  /** Where to listen, limits, CORS, which routes are served. */
  readonly config: AlcoveConfig;
  /** Gets errors, and a line per request where `accessLog` is on. */
  readonly logger: Logger;
  /** The time in replies and for latencies. */
  readonly clock: Clock;
  /** Writes a line per request, at level debug. Off by default, since it costs time for every request. */
  readonly accessLog?: boolean;
  /** What makes the spans of requests; nothing is traced if left out. */
  readonly tracing?: Tracing | undefined;
}
