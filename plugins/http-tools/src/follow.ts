import type { IncomingMessage } from "node:http";
import type { CallContext } from "@alcove/plugin-api";
import { RequestFailedError, RequestTimedOutError, RequestTooLargeError, TooManyRedirectsError } from "./errors.js";
import { exchange, type OutgoingRequest, readBody } from "./exchange.js";
import { allowedHeaders, assertAllowed, type Policy, plainHeaders } from "./policy.js";
import { type HttpAnswer, httpAnswer } from "./response.js";

/** What a call asks for. */
export interface HttpCall {
  /** An absolute http or https URL. */
  readonly url: string;
  /** In capitals. */
  readonly method: string;
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As text; none if left out. */
  readonly body?: string | undefined;
}

const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request and follows its redirects. Every URL on the way, and every address that is connected to, has to be allowed.
 *
 * @param knownTag - The entity tag of what is known already: where that is still so, the answer is a 304 without a body.
 * @throws HttpToolError; the reason of the call's signal when that aborts.
 */
export async function follow(
  policy: Policy,
  call: HttpCall,
  { signal, traceHeaders }: Pick<CallContext, "signal" | "traceHeaders">,
  knownTag?: string,
): Promise<HttpAnswer> {
  const first = firstRequest(policy, call, knownTag);
  const timeout = AbortSignal.timeout(policy.timeoutMs);
  try {
    return await walk(policy, first, traceHeaders, AbortSignal.any([signal, timeout]));
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) {
      throw new RequestTimedOutError(first.url, policy.timeoutMs);
    }
    throw error;
  }
}

function firstRequest(
  policy: Policy,
  { url, method, headers, body }: HttpCall,
  knownTag: string | undefined,
): OutgoingRequest {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  if (bytes !== undefined && bytes.length > policy.maxRequestBytes) {
    throw new RequestTooLargeError(bytes.length, policy.maxRequestBytes);
  }
  const condition = knownTag === undefined ? {} : { "if-none-match": knownTag };
  return { url: new URL(url), method, headers: { ...allowedHeaders(policy, headers), ...condition }, body: bytes };
}

async function walk(
  policy: Policy,
  first: OutgoingRequest,
  traceHeaders: Readonly<Record<string, string>>,
  giveUp: AbortSignal,
): Promise<HttpAnswer> {
  let request = first;
  for (let followed = 0; ; followed += 1) {
    assertAllowed(policy, request.url, request.method);
    const response = await exchange(withOwnHeaders(request, traceHeaders), policy, giveUp);
    const location = redirects.has(response.statusCode ?? 0) ? response.headers.location : undefined;
    if (location === undefined) {
      return httpAnswer(request.url, response, await readBody(response, request.url, policy.maxResponseBytes));
    }
    response.destroy();
    if (followed === policy.maxRedirects) {
      throw new TooManyRedirectsError(request.url, policy.maxRedirects);
    }
    request = redirected(request, response, location);
  }
}

// Bodies come as they are, since nothing here unpacks them. The length of what is sent is always said: Node leaves it out for methods
// that seldom have a body, such as DELETE, and what follows the headers would pass for a request of its own.
function withOwnHeaders(request: OutgoingRequest, traceHeaders: Readonly<Record<string, string>>): OutgoingRequest {
  const own = { "user-agent": "alcove-http-tools", "accept-encoding": "identity" };
  const length = request.body === undefined ? {} : { "content-length": String(request.body.length) };
  return { ...request, headers: { ...own, ...traceHeaders, ...request.headers, ...length } };
}

/** The request a redirect asks for; what becomes of method, body and headers is what browsers do. */
function redirected(
  { url, method, headers, body }: OutgoingRequest,
  { statusCode }: IncomingMessage,
  location: string,
): OutgoingRequest {
  if (!URL.canParse(location, url.href)) {
    throw new RequestFailedError(url, "it redirects to something that is no URL");
  }
  const target = new URL(location, url.href);
  const kept = target.origin === url.origin ? headers : only(plainHeaders, headers);
  const isGet =
    (statusCode === 303 && method !== "HEAD") || ((statusCode === 301 || statusCode === 302) && method === "POST");
  if (!isGet) {
    return { url: target, method, headers: kept, body };
  }
  const { "content-type": _ofBody, ...others } = kept;
  return { url: target, method: "GET", headers: others, body: undefined };
}

function only(names: readonly string[], headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
}
