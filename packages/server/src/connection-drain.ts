import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Ends a `node:http` server without cutting off whoever is being answered. */
export class ConnectionDrain {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #inFlight = new Set<ServerResponse>();
  #closing: Promise<void> | undefined;

  /** Begins to follow the server's requests. Call it before any other listener for requests is added. */
  constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    server.on("request", (_request, response: ServerResponse) => this.#follow(response));
  }

  /**
   * Stops accepting connections and resolves when the last request has been answered, or when `timeoutMs` is over and the
   * rest has been cut off. Replies sent meanwhile carry `Connection: close`. Idempotent.
   */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const busy = new Set<Socket>();
    for (const response of this.#inFlight) {
      endConnectionAfter(response);
      busy.add(response.req.socket);
    }
    this.#closeAllBut(busy);
    const timer = setTimeout(() => this.#server.closeAllConnections(), timeoutMs);
    await closed;
    clearTimeout(timer);
  }

  // Node's closeIdleConnections spares connections that never sent a request, as browsers open them in advance.
  #closeAllBut(busy: ReadonlySet<Socket>): void {
    for (const socket of this.#sockets) {
      if (!busy.has(socket)) {
        socket.destroy();
      }
    }
  }

  #follow(response: ServerResponse): void {
    this.#inFlight.add(response);
    if (this.#closing !== undefined) {
      endConnectionAfter(response);
    }
    response.once("close", () => {
      this.#inFlight.delete(response);
      if (this.#closing !== undefined) {
        this.#server.closeIdleConnections();
      }
    });
  }
}

function endConnectionAfter(response: ServerResponse): void {
  if (!response.headersSent) {
    response.setHeader("connection", "close");
  }
}
