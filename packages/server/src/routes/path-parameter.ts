import type { RequestContext } from "../request-state.js";

/** What stands in the path for `{name}` of a route's address, decoded. */
export function pathParameter(context: RequestContext, name: string): string {
  const parameters: Readonly<Record<string, unknown>> = context["params"] ?? {};
  return String(parameters[name] ?? "");
}
