import type { CallContext } from "@alcove/plugin-api";
import { follow, type HttpCall } from "./follow.js";
import type { Policy } from "./policy.js";
import type { HttpAnswer } from "./response.js";
import type { SeenResponses } from "./seen-responses.js";

const NOT_MODIFIED = 304;

// A call that sets one of these wants to see what the server makes of it.
const conditions = ["if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range"];

/**
 * Fetches as {@link follow} does. Where the user has been answered the same request before, the server is asked whether that is still
 * what it would say; if so, the body is not sent again.
 *
 * @throws as follow.
 */
export async function confirmOrFetch(
  policy: Policy,
  seen: SeenResponses,
  call: HttpCall,
  context: Pick<CallContext, "signal" | "traceHeaders">,
): Promise<HttpAnswer> {
  if (!canBeConfirmed(call)) {
    return follow(policy, call, context);
  }
  const request = requestOf(call);
  const before = seen.find(request);
  const answer = await follow(policy, call, context, before?.headers["etag"]);
  if (answer.status !== NOT_MODIFIED || before === undefined) {
    return remember(seen, request, answer);
  }
  // Another place may have given its content the same tag; a redirect may lead there by now.
  return answer.url === before.url ? before : remember(seen, request, await follow(policy, call, context));
}

function remember(seen: SeenResponses, request: string, answer: HttpAnswer): HttpAnswer {
  const { etag, "cache-control": cacheControl = "" } = answer.headers;
  if (answer.status === 200 && etag !== undefined && !/\bno-store\b/i.test(cacheControl)) {
    seen.keep(request, answer);
  }
  return answer;
}

function canBeConfirmed({ method, headers }: HttpCall): boolean {
  return method === "GET" && !Object.keys(headers).some((name) => conditions.includes(name.toLowerCase()));
}

function requestOf({ url, headers }: HttpCall): string {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return JSON.stringify([url, named.sort()]);
}
