import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { ConnectionDrain } from "../connection-drain.js";
import { requestIdOf } from "../middleware/request-id.js";
import { withoutRootPath } from "../routes/root-path.js";
import type { ServerLife } from "../server-life.js";
import type { ServerOptions } from "../server-options.js";
import { whenWanted } from "../when-wanted.js";
import { serveWithoutUpgrade } from "./ordinary-request.js";
import { refuseUpgrade } from "./refuse-upgrade.js";
import { isSocketPath } from "./socket-path.js";
import type { WebSocketFront } from "./web-socket-front.js";

/**
 * Tells requests for WebSockets from others. What serves them is loaded with the first of them: many files, which a start would wait
 * for and many servers never want.
 */
export class SocketEntrance {
  readonly #options: ServerOptions;
  readonly #path: string;
  readonly #front: () => Promise<WebSocketFront>;
  #loaded: WebSocketFront | undefined;
  #loading: Promise<unknown> | undefined;
  #isClosing = false;

  /** @param path Where sockets are asked for. */
  constructor(options: ServerOptions, path: string, life: ServerLife) {
    this.#options = options;
    this.#path = path;
    this.#front = whenWanted(() => this.#load(life));
  }

  /** How many sockets are open. */
  get openCount(): number {
    return this.#loaded?.openCount ?? 0;
  }

  /** Begins to take requests of a server. Connections that become sockets are taken out of its drain. */
  attach(server: Server, drain: ConnectionDrain): void {
    const { rootPath } = this.#options.config.general.frontEnd;
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const { upgrade = "" } = request.headers;
      const url = withoutRootPath(request.url ?? "", rootPath);
      if (request.method !== "GET" || !isSocketPath(url, this.#path) || upgrade.toLowerCase() !== "websocket") {
        serveWithoutUpgrade(server, request, socket, head);
        return;
      }
      request.url = url;
      drain.release(request.socket);
      // Whatever becomes of the request, a connection that breaks must not be an error that nobody catches.
      socket.on("error", () => socket.destroy());
      this.#loading = this.#takeIn(request, socket, head);
    });
  }

  /** Ends all sockets, as {@link WebSocketFront.close} does, those included that wait for what serves them. Idempotent. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosing = true;
    await this.#loading;
    await this.#loaded?.close(timeoutMs);
  }

  /** Resolves as soon as the front knows of the request. What the client sends meanwhile waits in its connection. */
  async #takeIn(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      const front = this.#loaded ?? (await this.#front());
      void front.upgrade(request, socket, head);
    } catch (error) {
      const { logger } = this.#options;
      refuseUpgrade(socket, error, { path: this.#path, requestId: requestIdOf(request), logger });
    }
  }

  async #load(life: ServerLife): Promise<WebSocketFront> {
    const { WebSocketFront: Front } = await import("./web-socket-front.js");
    const front = new Front(this.#options, this.#path, life);
    this.#loaded = front;
    if (this.#isClosing) {
      // From here on it refuses, as it would have from the beginning of the end on.
      void front.close(0);
    }
    return front;
  }
}
