import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import type { FrontEndLimits } from "@alcove/config";
import { AlcoveError } from "@alcove/plugin-api";
import { ConnectionDrain } from "./connection-drain.js";
import { createRequestListener } from "./koa-application.js";
import { refuseMalformedRequest } from "./malformed-request.js";
import type { ServerOptions } from "./server-options.js";
import { OpenStreams } from "./streams/open-streams.js";

/** How often, within the shortest time a client may take, is looked for those who have taken longer. */
const LOOKS_PER_TIMEOUT = 4;
const LONGEST_BETWEEN_LOOKS_MS = 5_000;

/** A server that does not listen yet. */
export interface HttpServer {
  /** What answers requests, for a host that brings a `node:http` server of its own. */
  readonly requestListener: RequestListener;
  /**
   * Binds the configured host and port.
   *
   * @throws AlcoveError LISTEN_FAILED
   */
  listen(): Promise<ListeningServer>;
}

/** A server that answers requests. */
export interface ListeningServer {
  /** Where it is reached, e.g. `http://localhost:8000`, with the real port where port 0 was configured. */
  readonly address: string;
  /**
   * Takes no new connections, lets the requests in flight end, and closes idle connections. After `timeoutMs` the runs of
   * streams are aborted, so that each ends with an error frame; what is still open a second later, or is no stream, is cut
   * off, which aborts its run. Idempotent: later calls get the first one's promise.
   */
  close(timeoutMs: number): Promise<void>;
}

/** Builds the HTTP front end of a started runtime. Nothing is bound before `listen`. */
export function createServer(options: ServerOptions): HttpServer {
  const openStreams = new OpenStreams(options.config.general.frontEnd.limits);
  const requestListener = createRequestListener(options, openStreams);
  return { requestListener, listen: () => listen(requestListener, options, openStreams) };
}

async function listen(
  requestListener: RequestListener,
  { config, logger }: ServerOptions,
  openStreams: OpenStreams,
): Promise<ListeningServer> {
  const { host, port, limits } = config.general.frontEnd;
  const server = createLimitedServer(limits);
  // Any other expectation than 100-continue may be ignored (RFC 9110, section 10.1.1).
  server.on("checkExpectation", requestListener);
  const drain = new ConnectionDrain(server, openStreams);
  server.on("clientError", (error, socket) => refuseMalformedRequest(error, socket, drain.latestResponse(socket)));
  server.on("request", requestListener);
  await bind(server, host, port);
  server.on("error", (error) => logger.error("The HTTP server had an error.", { error }));
  return { address: addressOf(server, host, port), close: (timeoutMs) => drain.close(timeoutMs) };
}

function createLimitedServer(limits: FrontEndLimits): Server {
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

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port));
    server.once("error", fail);
    server.listen({ host: host.replace(/^\[(.*)\]$/, "$1"), port }, () => {
      server.removeListener("error", fail);
      resolve();
    });
  });
}

const listenFaults: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (host, port) => `Port ${port} of ${host} is in use by another process.`,
  EACCES: (host, port) => `Port ${port} of ${host} needs rights that this process does not have.`,
  EADDRNOTAVAIL: (host) => `${host} is not an address of this machine.`,
  ENOTFOUND: (host) => `The host name ${host} is not known.`,
};

function listenError(error: NodeJS.ErrnoException, host: string, port: number): AlcoveError {
  const message =
    listenFaults[error.code ?? ""]?.(host, port) ?? `Listening on ${host}, port ${port} failed: ${error.message}.`;
  return new AlcoveError("LISTEN_FAILED", message, { cause: error });
}

function addressOf(server: Server, host: string, port: number): string {
  const bound = server.address();
  const realPort = typeof bound === "object" && bound !== null ? bound.port : port;
  const isBareIpv6 = host.includes(":") && !host.startsWith("[");
  return `http://${isBareIpv6 ? `[${host}]` : host}:${realPort}`;
}
