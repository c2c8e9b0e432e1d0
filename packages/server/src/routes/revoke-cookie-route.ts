import { RequestError } from "../errors/request-error.js";
import type { CookieRegister } from "../identity/cookie-register.js";
import { identifyOwner } from "../identity/identify.js";
import { identityOf } from "../identity/request-identity.js";
import type { RequestContext } from "../request-state.js";

/**
 * Makes the cookie of whoever asks count no more, wherever it may have got to, and takes it out of the browser. What is
 * kept of the user stays until it expires; `DELETE /v1/session` forgets that.
 */
export function revokeCookieRoute(cookieRegister: CookieRegister): (context: RequestContext) => Promise<void> {
  return async (context) => {
    const userId = await identifyOwner(context);
    if (context.state.principal?.provider !== "issued_cookie") {
      throw new RequestError("REQUEST_INVALID", "The request carries no cookie that this server has issued.");
    }
    await cookieRegister.revoke(userId);
    const { cookieRemoval } = identityOf(context);
    if (cookieRemoval !== undefined) {
      context.set("set-cookie", cookieRemoval);
    }
    context.status = 204;
  };
}
