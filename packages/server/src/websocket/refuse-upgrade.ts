import type { Duplex } from "node:stream";
import type { Logger } from "@alcove/plugin-api";
import { errorReply } from "../errors/error-body.js";
import { rawErrorReply } from "../errors/raw-error-reply.js";
import { writeFailure } from "../middleware/error-map.js";

/** Whom a request for a socket is refused for, and where that is logged. */
export interface RefusedUpgrade {
  readonly path: string;
  readonly requestId: string;
  readonly logger: Logger;
}

/** Answers a request for a socket with an error, as any other request would be, and closes its connection. */
export function refuseUpgrade(socket: Duplex, error: unknown, { path, requestId, logger }: RefusedUpgrade): void {
  const reply = errorReply(error);
  writeFailure(logger, { what: `WebSocket ${path}`, requestId, isClientGone: socket.destroyed }, { error, reply });
  socket.once("finish", () => socket.destroy());
  socket.end(rawErrorReply(reply, { headers: { "x-request-id": requestId } }));
}
