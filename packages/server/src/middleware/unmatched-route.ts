import type { RouterInstance } from "@koa/router";
import type { Middleware } from "koa";
import { RequestError } from "../errors/request-error.js";
import type { RequestState } from "../request-state.js";

/**
 * Answers what no route took: OPTIONS with the methods of the path, a wrong method with 405 and the right ones, the rest
 * with 404.
 *
 * @throws RequestError METHOD_NOT_ALLOWED, ROUTE_NOT_FOUND
 */
export function unmatchedRoute(router: RouterInstance<RequestState>): Middleware<RequestState> {
  return async (context) => {
    const { method, path } = context;
    const methods = new Set(router.match(path, method).path.flatMap((layer) => layer.methods));
    if (methods.size === 0) {
      throw new RequestError("ROUTE_NOT_FOUND", `There is no route ${path}.`);
    }
    const allow = [...methods, "OPTIONS"].join(", ");
    if (method !== "OPTIONS") {
      throw new RequestError("METHOD_NOT_ALLOWED", `${path} does not take ${method}. It takes ${allow}.`, {
        headers: { allow },
      });
    }
    context.set("allow", allow);
    context.status = 204;
  };
}
