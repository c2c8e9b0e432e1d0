import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AlcoveError } from "@alcove/plugin-api";
import { OpenStreams } from "./streams/open-streams.js";

/** How long streams whose runs were aborted get to say so to their clients. */
const STREAM_END_GRACE_MS = 1_000;

/** Ends a `node:http` server without cutting off whoever is being answered. */
export class ConnectionDrain {
  readonly #server: Server;
  readonly #openStreams: OpenStreams;
  // The latest response on each connection: earlier ones on the same connection end before it does.
  readonly #latestResponses = new Map<Duplex, ServerResponse | undefined>();
  #closing: Promise<void> | undefined;

  /** Begins to follow the server's requests. Call it before any other listener for requests is added. @param openStreams Those of the server, where it has any. */
  constructor(server: Server, openStreams = new OpenStreams()) {
    this.#server = server;
    this.#openStreams = openStreams;
    server.on("connection", (socket: Socket) => {
      // One that has offered another protocol in vain comes again with each such request.
      if (!this.#latestResponses.has(socket)) {
        socket.once("close", () => this.#latestResponses.delete(socket));
      }
      this.#latestResponses.set(socket, undefined);
    });
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#latestResponses.set(request.socket, response);
      if (this.#closing !== undefined) {
        this.#endConnectionAfter(response);
      }
    });
  }

  /** The reply to the latest request that has come over a connection, if one has. */
  latestResponse(socket: Duplex): ServerResponse | undefined {
    return this.#latestResponses.get(socket);
  }

  /** Forgets a connection that another protocol has taken over, and whoever speaks that has to end. */
  release(socket: Socket): void {
    this.#latestResponses.delete(socket);
  }

  /** How many connections are open. */
  get connectionCount(): number {
    return this.#latestResponses.size;
  }

  /**
   * Stops accepting connections and resolves when the last request has been answered, or when `timeoutMs` is over and the
   * rest has been ended: streams with an error frame, anything else by cutting it off. Replies sent meanwhile carry `Connection: close`. Idempotent.
   */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const [socket, response] of this.#latestResponses) {
      // Node's closeIdleConnections spares connections that never sent a request, as browsers open them in advance.
      if (response === undefined || response.writableFinished) {
        socket.destroy();
      } else {
        this.#endConnectionAfter(response);
      }
    }
    let timer = setTimeout(() => {
      this.#openStreams.abortAll(new AlcoveError("SHUTTING_DOWN", "The server is stopping.", { retryAfterSeconds: 1 }));
      const graceMs = this.#openStreams.count > 0 ? STREAM_END_GRACE_MS : 0;
      timer = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    }, timeoutMs);
    await closed;
    clearTimeout(timer);
  }

  #endConnectionAfter(response: ServerResponse): void {
    if (!response.headersSent) {
      response.setHeader("connection", "close");
    }
    response.once("close", () => this.#server.closeIdleConnections());
  }
}
