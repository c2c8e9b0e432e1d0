import type { Scope } from "@alcove/plugin-api";
import { RequestError } from "../errors/request-error.js";
import type { RequestContext } from "../request-state.js";
import { SESSION_COOKIE, sessionCookie } from "./session-cookie.js";
import { userIdOfSessionCookie } from "./user-id.js";

/**
 * Says who a request acts for, from the `nat-session` cookie. A per-user workflow needs somebody; a shared one takes who
 * is named. Asked before the body is read, so that a request of nobody costs nothing.
 *
 * @throws RequestError USER_ID_REQUIRED, IDENTITY_CONFLICT, REQUEST_INVALID
 */
export function identify(context: RequestContext, workflowScope: Scope): string | undefined {
  const cookie = sessionCookie(context.req.headers.cookie);
  if (cookie === undefined && workflowScope === "per-user") {
    throw userIdRequired(context);
  }
  return cookie === undefined ? undefined : userIdOfSessionCookie(cookie);
}

/**
 * Says whose session a request is about: that of whoever sends it.
 *
 * @throws RequestError USER_ID_REQUIRED, IDENTITY_CONFLICT, REQUEST_INVALID
 */
export function identifyOwner(context: RequestContext): string {
  const cookie = sessionCookie(context.req.headers.cookie);
  if (cookie === undefined) {
    throw userIdRequired(context);
  }
  return userIdOfSessionCookie(cookie);
}

function userIdRequired(context: RequestContext): RequestError {
  const body = context.method === "POST" ? ` -H "Content-Type: application/json" -d '{ … }'` : "";
  const example = `curl -X ${context.method} -H "Cookie: ${SESSION_COOKIE}=alice"${body} <server>${context.path}`;
  return new RequestError(
    "USER_ID_REQUIRED",
    `The server keeps a session per user, and the request does not say who the user is. Send the cookie ${SESSION_COOKIE}=<your session id>, for example: ${example}`,
    {
      details: { cookie: SESSION_COOKIE },
      headers: { "www-authenticate": `Cookie realm="alcove", cookie-name="${SESSION_COOKIE}"` },
    },
  );
}
