import type { RouterInstance } from "@koa/router";
import type { Middleware } from "koa";
import type { RequestState } from "../request-state.js";

/**
 * Takes requests for the router's routes without parameters straight to their handlers. The router matches every route
 * against every request and puts a new chain of middleware together for each, which costs a short request a twentieth;
 * it stays in charge of all the others: those with parameters, with a query, and those that no route takes.
 */
export function staticRoutes(router: RouterInstance<RequestState>): Middleware<RequestState> {
  const handlers = new Map<string, Map<string, Middleware<RequestState>>>();
  for (const { path, paramNames, methods, stack } of router.stack) {
    const [handler] = stack;
    if (typeof path === "string" && paramNames.length === 0 && stack.length === 1 && handler !== undefined) {
      const ofPath = handlers.get(path) ?? new Map<string, Middleware<RequestState>>();
      handlers.set(path, ofPath);
      for (const method of methods) {
        ofPath.set(method, handler as Middleware<RequestState>);
      }
    }
  }
  return (context, next) => {
    const { url = "", method = "" } = context.req;
    const handler = handlers.get(url)?.get(method);
    return handler === undefined ? next() : handler(context, next);
  };
}
