import { replyWithJsonText } from "../json-reply.js";
import type { RequestContext } from "../request-state.js";
import type { ServerOptions } from "../server-options.js";
import { whenWanted } from "../when-wanted.js";

/**
 * Answers with the OpenAPI document. It is made when it is first asked for, by what is loaded no earlier, and never changes
 * while the server is up.
 */
export function openApiRoute(options: ServerOptions): (context: RequestContext) => Promise<void> {
  const text = whenWanted(() => documentText(options));
  return async (context) => replyWithJsonText(context, 200, await text());
}

async function documentText(options: ServerOptions): Promise<string> {
  const { openApiDocument } = await import("../openapi/openapi-document.js");
  return JSON.stringify(await openApiDocument(options));
}
