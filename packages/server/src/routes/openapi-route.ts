import { replyWithJsonText } from "../json-reply.js";
import { openApiDocument } from "../openapi/openapi-document.js";
import type { RequestContext } from "../request-state.js";
import type { ServerOptions } from "../server-options.js";

/** Answers with the OpenAPI document. It is made when it is first asked for, and never changes while the server is up. */
export function openApiRoute(options: ServerOptions): (context: RequestContext) => Promise<void> {
  let text: Promise<string> | undefined;
  return async (context) => {
    text ??= openApiDocument(options).then((document) => JSON.stringify(document));
    replyWithJsonText(context, 200, await text);
  };
}
