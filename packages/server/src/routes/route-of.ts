import type { RouterInstance } from "@koa/router";
import type { RequestContext, RequestState } from "../request-state.js";

/** The route that took a request, e.g. `/executions/:executionId`, and so free of what clients write; `undefined` where none did. */
export function routeOf(
  router: RouterInstance<RequestState>,
  { path, method }: Pick<RequestContext, "path" | "method">,
): string | undefined {
  const route = router.match(path, method).pathAndMethod.at(-1)?.path;
  return typeof route === "string" ? route : undefined;
}
