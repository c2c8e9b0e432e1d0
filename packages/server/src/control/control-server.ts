import { chmodSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { AlcoveError } from "@alcove/plugin-api";
import Koa, { type Middleware } from "koa";
import { ConnectionDrain } from "../connection-drain.js";
import { ownerErrorReply } from "../errors/error-body.js";
import { errorMap } from "../middleware/error-map.js";
import { requestId } from "../middleware/request-id.js";
import { unmatchedRoute } from "../middleware/unmatched-route.js";
import type { RequestState } from "../request-state.js";
import type { ControlOptions } from "./control-options.js";
import { createControlRouter } from "./control-routes.js";
import { makeSocketPlace, removeSocketPlace } from "./control-socket.js";
import { APPLICATION_HEADER } from "./control-wire.js";

/** A control server that answers requests. */
export interface ListeningControl {
  /** The path of its socket. */
  readonly socketPath: string;
  /** Lets the requests in flight end, for `timeoutMs` at most, and removes the socket. Idempotent. */
  close(timeoutMs: number): Promise<void>;
}

/**
 * Serves the owner of the process, and nobody else, on a Unix socket near the session store: what the command line does
 * with a store that is being served. Only the holder of the store's lock may call this.
 *
 * @param place The database file.
 * @throws the system's error where there are no such sockets, or the place for it cannot be made.
 */
export async function listenForOwner(options: ControlOptions, place: string): Promise<ListeningControl> {
  const socketPath = makeSocketPlace(place);
  const server = createHttpServer();
  const drain = new ConnectionDrain(server);
  server.on("request", controlListener(options));
  try {
    await bind(server, socketPath);
    chmodSync(socketPath, 0o600);
  } catch (error) {
    server.close();
    removeSocketPlace(socketPath);
    throw error;
  }
  server.on("error", (error) => options.logger.error("The control server had an error.", { error }));
  return {
    socketPath,
    close: async (timeoutMs) => {
      await drain.close(timeoutMs);
      removeSocketPlace(socketPath);
    },
  };
}

function controlListener(options: ControlOptions): RequestListener {
  const koa = new Koa<RequestState>({ env: "production" });
  const router = createControlRouter(options);
  koa.use(requestId);
  koa.use(errorMap(options.logger, ownerErrorReply));
  koa.use(sameApplication(options.application));
  koa.use(router.routes());
  koa.use(unmatchedRoute(router));
  koa.on("error", (error: unknown) => options.logger.debug("A reply could not be written.", { error }));
  const listener = koa.callback();
  return (request, response) => void listener(request, response);
}

function sameApplication(application: string): Middleware<RequestState> {
  const expected = encodeURIComponent(application);
  return (context, next) => {
    const wanted = context.get(APPLICATION_HEADER);
    if (wanted !== expected) {
      const message = `The server that holds the store serves the application ${application}, and not ${wanted}.`;
      throw new AlcoveError("STORE_HELD", message);
    }
    return next();
  };
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}
