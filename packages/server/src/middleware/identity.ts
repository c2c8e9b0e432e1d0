import type { Scope } from "@alcove/plugin-api";
import type { Middleware } from "koa";
import { RequestError } from "../errors/request-error.js";
import { SESSION_COOKIE, sessionCookie } from "../identity/session-cookie.js";
import { userIdOfSessionCookie } from "../identity/user-id.js";
import type { RequestContext, RequestState } from "../request-state.js";

/**
 * Says who a request acts for, from the `nat-session` cookie. A per-user workflow needs somebody; a shared one takes who
 * is named. It runs before the body is read, so that a request of nobody costs nothing.
 *
 * @throws RequestError USER_ID_REQUIRED, IDENTITY_CONFLICT, REQUEST_INVALID
 */
export function identity(workflowScope: Scope): Middleware<RequestState> {
  return (context, next) => {
    const cookie = sessionCookie(context.req.headers.cookie);
    if (cookie === undefined && workflowScope === "per-user") {
      throw userIdRequired(context);
    }
    context.state.userId = cookie === undefined ? undefined : userIdOfSessionCookie(cookie);
    return next();
  };
}

function userIdRequired(context: RequestContext): RequestError {
  const example = `curl -X ${context.method} -H "Cookie: ${SESSION_COOKIE}=alice" -H "Content-Type: application/json" -d '{ … }' <server>${context.path}`;
  return new RequestError(
    "USER_ID_REQUIRED",
    `This workflow keeps a session per user, and the request does not say who the user is. Send the cookie ${SESSION_COOKIE}=<your session id>, for example: ${example}`,
    {
      details: { cookie: SESSION_COOKIE },
      headers: { "www-authenticate": `Cookie realm="alcove", cookie-name="${SESSION_COOKIE}"` },
    },
  );
}
