import type { JsonObject } from "../body/json-body.js";
import { RequestError } from "../errors/request-error.js";
import type { RequestContext } from "../request-state.js";

/**
 * The input of an entry that is called with GET: an empty object. The router takes HEAD wherever it takes GET; a run is not
 * begun for somebody who does not want to know how it ends.
 *
 * @throws RequestError METHOD_NOT_ALLOWED
 */
export async function noBody({ method, path }: RequestContext): Promise<JsonObject> {
  if (method !== "GET") {
    throw new RequestError("METHOD_NOT_ALLOWED", `${path} does not take ${method}. It takes GET.`, {
      headers: { allow: "GET, OPTIONS" },
    });
  }
  return {};
}
