import type { Scope } from "@alcove/plugin-api";
import type { RequestContext } from "../request-state.js";
import type { Identified } from "./identity-provider.js";
import { identityOf } from "./request-identity.js";

/**
 * Says who a request acts for, and notes it in the request's state for the run. A per-user workflow needs somebody, and
 * whoever has no name is given one where cookies are issued; a shared one takes who is named. Asked before the body is read, so that a request of nobody costs nothing. Await it.
 *
 * @throws RequestError USER_ID_REQUIRED, IDENTITY_CONFLICT, CREDENTIAL_INVALID, REQUEST_INVALID, IDENTITY_UNAVAILABLE; or
 * rejects with it.
 */
export function identify(
  context: RequestContext,
  workflowScope: Scope,
): string | undefined | Promise<string | undefined> {
  const found = identityOf(context).identify(context.req);
  return found instanceof Promise
    ? found.then((identified) => callerOf(context, identified, workflowScope))
    : callerOf(context, found, workflowScope);
}

/**
 * Says whose session a request is about: that of whoever sends it.
 *
 * @throws RequestError USER_ID_REQUIRED, IDENTITY_CONFLICT, CREDENTIAL_INVALID, REQUEST_INVALID, IDENTITY_UNAVAILABLE
 */
export async function identifyOwner(context: RequestContext): Promise<string> {
  const identified = await identityOf(context).identify(context.req);
  return identified === undefined ? failAsUnknown(context) : noted(context, identified);
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

/**
 * Insists on somebody who may see the figures of the server: see {@link Identity.requireViewer}.
 *
 * @throws RequestError as {@link requireAdmin}.
 */
export async function requireViewer(context: RequestContext): Promise<void> {
  await identityOf(context).requireViewer(context.req);
}

function callerOf(context: RequestContext, found: Identified | undefined, scope: Scope): string | undefined {
  if (found === undefined && scope === "shared") {
    return undefined;
  }
  return noted(context, found ?? identityOf(context).issue() ?? failAsUnknown(context));
}

function noted(context: RequestContext, { principal, setCookie }: Identified): string {
  context.state.principal = principal;
  if (setCookie !== undefined) {
    context.append("set-cookie", setCookie);
  }
  return principal.userId;
}

function failAsUnknown(context: RequestContext): never {
  throw identityOf(context).refusals.userRequired(context);
}
