import { createServer as createHttpServer, type Server } from "node:http";
import type { FrontEndLimits } from "@alcove/config";

/** How often, within the shortest time a client may take, is looked for those who have taken longer. */
const LOOKS_PER_TIMEOUT = 4;
const LONGEST_BETWEEN_LOOKS_MS = 5_000;

/** A `node:http` server that waits for nobody longer, and takes no larger head from anybody, than it may. */
export function createLimitedServer(limits: FrontEndLimits): Server {
  const { headersTimeoutMs, requestTimeoutMs, maxConnections } = limits;
  const looksMs = Math.min(headersTimeoutMs, requestTimeoutMs) / LOOKS_PER_TIMEOUT;
  const server = createHttpServer({
    maxHeaderSize: limits.maxHeaderBytes,
    // Node would answer a request without a host by itself, without a body; the middleware refuses it as any other.
    requireHostHeader: false,
    // Node refuses a time for the headers that is longer than that for the whole request.
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.ceil(Math.min(looksMs, LONGEST_BETWEEN_LOOKS_MS)),
  });
  // Node drops headers beyond its number silently, a second credential perhaps; their size is limited already.
  server.maxHeadersCount = 0;
  if (maxConnections > 0) {
    server.maxConnections = maxConnections;
  }
  return server;
}
