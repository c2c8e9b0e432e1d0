import type Koa from "koa";
import type { RequestContext, RequestState } from "../request-state.js";
import { Identity } from "./identity.js";

const key = Symbol("identity");

/** Lets the routes of an application ask who sends a request, at no cost for those that do not. */
export function provideIdentity(koa: Koa<RequestState>, identity: Identity): void {
  koa.context[key] = identity;
}

/** The identity that {@link provideIdentity} has put behind every request of the application. */
export function identityOf(context: RequestContext): Identity {
  const identity: unknown = context[key];
  if (!(identity instanceof Identity)) {
    throw new TypeError("Nobody has provided an identity for the requests of this application.");
  }
  return identity;
}
