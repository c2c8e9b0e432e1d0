import type { Middleware } from "koa";
import type { NewSessionLimit } from "../limits/new-session-limit.js";
import type { RequestState } from "../request-state.js";

/** Has the run of a request ask before it begins a session for a user who has none. */
export function limitNewSessions(limit: NewSessionLimit): Middleware<RequestState> {
  return (context, next) => {
    context.state.admitNewSession = () => limit.admit(context.req);
    return next();
  };
}
