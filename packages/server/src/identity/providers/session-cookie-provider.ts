import { cookieOf } from "../cookie-header.js";
import { createPrincipal } from "../create-principal.js";
import type { IdentifiableRequest, Identified, IdentityProvider } from "../identity-provider.js";
import { SESSION_COOKIE } from "../session-cookie.js";
import { userIdOfSessionCookie } from "../user-id.js";

const maxRecent = 20_000;
const longestRemembered = 100;

/** The plain `nat-session` cookie: whoever sends a name is that user, which is good for development only. */
export class SessionCookieProvider implements IdentityProvider {
  // Whoever was seen lately, by cookie, since hashing one costs as much as routing a request. It tells nobody anything:
  // what is found is made of the very cookie it is found by, and frozen.
  readonly #recent = new Map<string, Identified>();

  identify({ headers }: IdentifiableRequest): Identified | undefined {
    const cookie = cookieOf(headers.cookie, SESSION_COOKIE);
    return cookie === undefined ? undefined : (this.#recent.get(cookie) ?? this.#identified(cookie));
  }

  #identified(cookie: string): Identified {
    const userId = userIdOfSessionCookie(cookie);
    // The cookie is all it takes to be its user, so that functions get to see the user id in its place.
    const principal = createPrincipal({ issuer: "nat-session", subject: userId, provider: "session_cookie", userId });
    const identified = Object.freeze({ principal });
    if (cookie.length <= longestRemembered) {
      if (this.#recent.size === maxRecent) {
        this.#recent.clear();
      }
      this.#recent.set(cookie, identified);
    }
    return identified;
  }
}
