import type { IncomingMessage } from "node:http";
import type { Principal } from "@alcove/plugin-api";

/** What an identity is found in: any request of Node's, be it for a route or an upgrade to a socket. */
export interface IdentifiableRequest extends Pick<IncomingMessage, "headers" | "headersDistinct" | "socket"> {
  /**
   * Whether its credentials counted when a connection that is still open was opened with them. One that was renewed since
   * goes on counting there.
   */
  readonly hasCountedBefore?: boolean;
}

/** Who sends a request, as its credentials prove it. */
export interface Identified {
  readonly principal: Principal;
  /** The value of a `Set-Cookie` header the reply has to carry, e.g. because the cookie was renewed. */
  readonly setCookie?: string;
}

/** One way of saying who a request acts for. */
export interface IdentityProvider {
  /**
   * Who the request's credential names; `undefined` where it carries none of this provider's kind. No promise where
   * nothing has to be waited for, since this is asked for every request.
   *
   * @throws RequestError CREDENTIAL_INVALID, IDENTITY_CONFLICT, REQUEST_INVALID, IDENTITY_UNAVAILABLE
   */
  identify(request: IdentifiableRequest): Identified | undefined | Promise<Identified>;
}
