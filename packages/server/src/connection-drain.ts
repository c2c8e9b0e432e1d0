import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { AlcoveError } from "@alcove/plugin-api";

/** How long requests that were given up get to say so to their clients. */
const LAST_WORD_GRACE_MS = 1_000;

/** How old a connection may be whose first request is still on its way. */
const FIRST_REQUEST_GRACE_MS = 500;

/** In how many turns of the event loop what has reached this machine is accepted, and then read. */
const TURNS_TO_READ = 3;

/** What the requests of a server wait for. */
export interface DrainedWork {
  /** Gives up what waits for people, who may never come, and whatever comes to. */
  giveUpWaiting(reason: AlcoveError): void;
  /** Gives all of it up, so that each request can be answered with the reason. */
  giveUpAll(reason: AlcoveError): void;
}

/** Ends a `node:http` server without cutting off whoever is being answered. */
export class ConnectionDrain {
  readonly #server: Server;
  readonly #work: DrainedWork | undefined;
  // The latest response on each connection: earlier ones on the same connection end before it does.
  readonly #latestResponses = new Map<Duplex, ServerResponse | undefined>();
  readonly #openedAtMs = new WeakMap<Duplex, number>();
  #closing: Promise<void> | undefined;

  /** Begins to follow the server's requests. Call it before any other listener for requests is added. @param work What its requests may wait for, where it can be given up. */
  constructor(server: Server, work?: DrainedWork) {
    this.#server = server;
    this.#work = work;
    server.on("connection", (socket: Socket) => {
      // One that has offered another protocol in vain comes again with each such request.
      if (!this.#latestResponses.has(socket)) {
        socket.once("close", () => this.#latestResponses.delete(socket));
        this.#openedAtMs.set(socket, performance.now());
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
   * rest has been ended: what waits for something is given up, and told so; what has not ended a second later is cut off. Requests
   * that were on their way are answered like those that were there. Replies sent meanwhile carry `Connection: close`. Idempotent.
   */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<void> {
    // What waits to be accepted would be reset, and what waits to be read never answered.
    for (let turns = 0; turns < TURNS_TO_READ; turns += 1) {
      await turn();
    }
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const [socket, response] of this.#latestResponses) {
      if (response === undefined) {
        this.#endUnlessRequested(socket);
      } else if (response.writableFinished) {
        socket.destroy();
      } else {
        this.#endConnectionAfter(response);
      }
    }
    const reason = new AlcoveError("SHUTTING_DOWN", "The server is stopping.", { retryAfterSeconds: 1 });
    this.#work?.giveUpWaiting(reason);
    let timer = setTimeout(() => {
      this.#work?.giveUpAll(reason);
      const graceMs = this.#work === undefined ? 0 : LAST_WORD_GRACE_MS;
      timer = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    }, timeoutMs);
    await closed;
    clearTimeout(timer);
  }

  // Node's closeIdleConnections spares connections that never sent a request, as browsers open them in advance.
  #endUnlessRequested(socket: Duplex): void {
    const ageMs = performance.now() - (this.#openedAtMs.get(socket) ?? 0);
    const timer = setTimeout(
      () => {
        // One that speaks another protocol by now is not known any more.
        if (this.#latestResponses.has(socket) && this.#latestResponses.get(socket) === undefined) {
          socket.destroy();
        }
      },
      Math.max(0, FIRST_REQUEST_GRACE_MS - ageMs),
    );
    socket.once("close", () => clearTimeout(timer));
  }

  #endConnectionAfter(response: ServerResponse): void {
    if (!response.headersSent) {
      response.setHeader("connection", "close");
    }
    response.once("close", () => this.#server.closeIdleConnections());
  }
}
