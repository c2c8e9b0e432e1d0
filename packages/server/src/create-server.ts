import type { RequestListener, Server } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { AlcoveError } from "@alcove/plugin-api";
import { ConnectionDrain } from "./connection-drain.js";
import { createRequestListener } from "./koa-application.js";
import { createLimitedServer } from "./limits/limited-server.js";
import { refuseMalformedRequest } from "./malformed-request.js";
import { ServerLife } from "./server-life.js";
import type { ServerOptions } from "./server-options.js";
import { SocketEntrance } from "./websocket/socket-entrance.js";

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
   * Says on `GET /ready` that it is stopping, and goes on serving for `general.shutdown_delay`, where there is one. Then it
   * takes no new connections, lets the requests in flight end, and closes idle connections. After `timeoutMs` the runs that
   * are left are aborted, so that each request is refused, and each stream and WebSocket ends with an error frame; what is still
   * open a second later is cut off; runs whose clients are away are aborted at once. Idempotent: later calls get the first one's promise.
   */
  close(timeoutMs: number): Promise<void>;
}

/** Builds the HTTP front end of a started runtime. Nothing is bound before `listen`. */
export async function createServer(options: ServerOptions): Promise<HttpServer> {
  const life = await ServerLife.create(options);
  const requestListener = await createRequestListener(options, life);
  return { requestListener, listen: () => listen(requestListener, options, life) };
}

async function listen(
  requestListener: RequestListener,
  options: ServerOptions,
  life: ServerLife,
): Promise<ListeningServer> {
  const { config, logger } = options;
  const { shutdownDelayMs } = config.general;
  const { host, port, limits, webSocket } = config.general.frontEnd;
  const server = createLimitedServer(limits);
  // Any other expectation than 100-continue may be ignored (RFC 9110, section 10.1.1).
  server.on("checkExpectation", requestListener);
  const drain = new ConnectionDrain(server, life);
  life.connectionCount = () => drain.connectionCount;
  server.on("clientError", (error, socket) => refuseMalformedRequest(error, socket, drain.latestResponse(socket)));
  server.on("request", requestListener);
  await bind(server, host, port);
  const sockets = webSocket.path === undefined ? undefined : new SocketEntrance(options, webSocket.path, life);
  sockets?.attach(server, drain);
  life.socketCount = () => sockets?.openCount ?? 0;
  server.on("error", (error) => logger.error("The HTTP server had an error.", { error }));
  let closing: Promise<void> | undefined;
  const close = async (timeoutMs: number): Promise<void> => {
    life.readiness.stop();
    if (shutdownDelayMs > 0) {
      await pause(shutdownDelayMs);
    }
    const drained = Promise.all([drain.close(timeoutMs), sockets?.close(timeoutMs)]);
    life.close();
    await drained;
  };
  return {
    address: addressOf(server, host, port),
    close: (timeoutMs) => {
      closing ??= close(timeoutMs);
      return closing;
    },
  };
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
