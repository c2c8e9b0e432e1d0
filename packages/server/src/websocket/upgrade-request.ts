import type { IncomingMessage } from "node:http";
import { RequestError } from "../errors/request-error.js";
import { SESSION_COOKIE } from "../identity/session-cookie.js";
import { type CrossOriginConfig, originRule } from "../middleware/cross-origin.js";
import { MAX_NAME_LENGTH } from "./client-frames.js";
import { pathOf } from "./socket-path.js";

const sessionPattern = /^[A-Za-z0-9\-_.~]+$/;
const sequencePattern = /^\d{1,15}$/;

/** What the address of a socket asks for. */
export interface SocketAddress {
  /** The conversation of messages that name none, and the one whose run is to be taken up again. */
  readonly conversationId: string | undefined;
  /** The last frame of that run the client has. */
  readonly afterSequence: number | undefined;
}

/**
 * Reads the query of a request for a socket. `session` becomes the session cookie, for clients that cannot set one.
 *
 * @param takesSession Whether that cookie is an identity.
 * @throws RequestError REQUEST_INVALID
 */
export function readSocketAddress(request: IncomingMessage, takesSession: boolean): SocketAddress {
  const { url = "" } = request;
  const query = new URLSearchParams(url.slice(pathOf(url).length));
  const session = only(query, "session");
  if (session !== undefined) {
    if (!takesSession) {
      throw invalid("session names a user where the plain session cookie is an identity, which it is not here");
    }
    addSessionCookie(request, session);
  }
  const conversationId = only(query, "conversation_id");
  if (conversationId !== undefined && (conversationId === "" || conversationId.length > MAX_NAME_LENGTH)) {
    throw invalid(`conversation_id has to have 1 to ${MAX_NAME_LENGTH} characters`);
  }
  const after = only(query, "after_sequence");
  if (after !== undefined && !sequencePattern.test(after)) {
    throw invalid("after_sequence has to be the number in the field sequence of the last frame that came");
  }
  return { conversationId, afterSequence: after === undefined ? undefined : Number(after) };
}

// Whoever reads the cookie then finds out whether two differ.
function addSessionCookie(request: IncomingMessage, session: string): void {
  if (!sessionPattern.test(session)) {
    throw invalid("session has to be made of letters, digits, dashes, underscores, dots and tildes");
  }
  const { cookie } = request.headers;
  request.headers.cookie = `${cookie === undefined ? "" : `${cookie}; `}${SESSION_COOKIE}=${session}`;
}

function only(query: URLSearchParams, key: string): string | undefined {
  const [value, ...others] = query.getAll(key);
  if (others.length > 0) {
    throw invalid(`${key} may be there once only`);
  }
  return value;
}

function invalid(what: string): RequestError {
  return new RequestError("REQUEST_INVALID", `The address of the WebSocket is not valid: ${what}.`);
}

/**
 * Refuses requests from pages of other origins, for which the configuration has no word: browsers ask nobody before they
 * open a socket, and send the user's cookies with it. Clients that are no browsers send no origin.
 */
export function originCheck(config: CrossOriginConfig): (request: IncomingMessage) => void {
  const isAllowed = originRule(config);
  return ({ headers }) => {
    const { origin, host } = headers;
    if (origin === undefined || (host !== undefined && hostOf(origin) === host.toLowerCase())) {
      return;
    }
    if (!isAllowed(origin)) {
      throw new RequestError(
        "ORIGIN_FORBIDDEN",
        "Pages of this origin may not open a WebSocket here. List the origin in general.front_end.cors.allow_origins.",
      );
    }
    if (!config.allowCredentials && (headers.cookie !== undefined || headers.authorization !== undefined)) {
      throw new RequestError(
        "ORIGIN_FORBIDDEN",
        "Pages of this origin may open a WebSocket here, but not with the user's cookies. Set general.front_end.cors.allow_credentials, or send none.",
      );
    }
  };
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
