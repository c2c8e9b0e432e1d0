import type { IncomingMessage } from "node:http";
import type { Scope } from "@alcove/plugin-api";
import { RequestError } from "../errors/request-error.js";
import { SESSION_COOKIE, sessionCookie } from "../identity/session-cookie.js";
import { userIdOfSessionCookie } from "../identity/user-id.js";
import type { AuthMessage } from "./client-frames.js";

/** Says who a socket speaks for. */
export interface SocketIdentity {
  /** Who the request for the socket names. @throws RequestError */
  identify(request: IncomingMessage): Promise<string | undefined>;
  /** Who a credential sent over the socket names. Rejects with user_auth_error. */
  authenticate(payload: AuthMessage["payload"]): Promise<string>;
}

/** Takes the plain session cookie, which proves nothing, and no credentials. */
export function cookieSocketIdentity(scope: Scope): SocketIdentity {
  return {
    identify: async (request) => {
      const cookie = sessionCookie(request.headers.cookie);
      if (cookie === undefined && scope === "per-user") {
        throw new RequestError(
          "USER_ID_REQUIRED",
          `The server keeps a session per user, and the request for a WebSocket does not say who the user is. Send the cookie ${SESSION_COOKIE}=<your session id>, or add ?session=<your session id> to the address.`,
          { headers: { "www-authenticate": `Cookie realm="alcove", cookie-name="${SESSION_COOKIE}"` } },
        );
      }
      return cookie === undefined ? undefined : userIdOfSessionCookie(cookie);
    },
    authenticate: ({ method }) =>
      Promise.reject(
        new RequestError(
          "user_auth_error",
          `No identity provider is configured that takes a credential of the method ${method}.`,
        ),
      ),
  };
}
