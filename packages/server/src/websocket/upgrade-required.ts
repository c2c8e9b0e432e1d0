import type { Middleware } from "koa";
import { RequestError } from "../errors/request-error.js";
import { isSocketPath } from "./socket-path.js";

/** What answers a request for a socket that is no handshake of the version the server speaks. */
export function upgradeRequired(): RequestError {
  return new RequestError(
    "UPGRADE_REQUIRED",
    "This address speaks WebSocket, version 13. Open it with a WebSocket client, e.g. new WebSocket(url) in a browser.",
    { headers: { connection: "upgrade", upgrade: "websocket", "sec-websocket-version": "13" } },
  );
}

/** The middleware that answers ordinary requests for the address of sockets. */
export function refuseWithoutUpgrade(path: string): Middleware {
  return (context, next) => {
    if (isSocketPath(context.path, path)) {
      throw upgradeRequired();
    }
    return next();
  };
}
