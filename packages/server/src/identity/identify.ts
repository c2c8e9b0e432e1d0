import type { Scope } from "@alcove/plugin-api";
import type { RequestContext } from "../request-state.js";
import type { Identified } from "./identity-provider.js";
import { identityOf } from "./request-identity.js";

/**
 * Says who a request acts for, and notes it in the request's state for the run. A per-user workflow needs somebody; a
 * shared one takes who is named. Asked before the body is read, so that a request of nobody costs nothing. Await it.
 *
 * @throws RequestError USER_ID_REQUIRED, IDENTITY_CONFLICT, CREDENTIAL_INVALID, REQUEST_INVALID, IDENTITY_UNAVAILABLE; or
 * rejects with it.
 */
export function identify(
  context: RequestContext,
  workflowScope: Scope,
): string | undefined | Promise<string | undefined> {
  const isNeeded = workflowScope === "per-user";
  const found = identityOf(context).identify(context.req);
  return found instanceof Promise
    ? found.then((identified) => userIdOf(context, identified, isNeeded))
    : userIdOf(context, found, isNeeded);
}

/**
 * Says whose session a request is about: that of whoever sends it.
 *
 * @throws RequestError USER_ID_REQUIRED, IDENTITY_CONFLICT, CREDENTIAL_INVALID, REQUEST_INVALID, IDENTITY_UNAVAILABLE
 */
export async function identifyOwner(context: RequestContext): Promise<string> {
  const identified = await identityOf(context).identify(context.req);
  return userIdOf(context, identified, true) ?? failAsUnknown(context);
}

/**
 * Insists on an operator: see {@link Identity.requireAdmin}.
 *
 * @throws RequestError CREDENTIAL_REQUIRED, FORBIDDEN, IDENTITY_CONFLICT, CREDENTIAL_INVALID, REQUEST_INVALID,
 * IDENTITY_UNAVAILABLE
 */
export async function requireAdmin(context: RequestContext): Promise<void> {
  await identityOf(context).requireAdmin(context.req);
}

function userIdOf(context: RequestContext, found: Identified | undefined, isNeeded: boolean): string | undefined {
  if (found === undefined) {
    return isNeeded ? failAsUnknown(context) : undefined;
  }
  context.state.principal = found.principal;
  if (found.setCookie !== undefined) {
    context.append("set-cookie", found.setCookie);
  }
  return found.principal.userId;
}

function failAsUnknown(context: RequestContext): never {
  throw identityOf(context).refusals.userRequired(context);
}
