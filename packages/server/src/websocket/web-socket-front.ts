import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { AlcoveError } from "@alcove/plugin-api";
import { type WebSocket, WebSocketServer } from "ws";
import { ambiguityOf } from "../ambiguous-request.js";
import { RequestError } from "../errors/request-error.js";
import type { NewSessionLimit } from "../limits/new-session-limit.js";
import { requestIdOf } from "../middleware/request-id.js";
import type { ServedApplication } from "../served-application.js";
import type { ServerLife } from "../server-life.js";
import type { ServerOptions } from "../server-options.js";
import { Conversations } from "./conversations.js";
import { refuseUpgrade } from "./refuse-upgrade.js";
import { SocketConnection } from "./socket-connection.js";
import { SocketCounter } from "./socket-counter.js";
import { type Introduction, SocketIdentity } from "./socket-identity.js";
import { socketRunRequest } from "./socket-run-request.js";
import { originCheck, readSocketAddress } from "./upgrade-request.js";
import { upgradeRequired } from "./upgrade-required.js";

/** How long runs that were aborted get to say so to their clients. */
const END_GRACE_MS = 1_000;
/** The close code of a server that stops: the client may connect again, to this one after its restart or to another. */
const SERVICE_RESTART = 1012;

/**
 * The WebSocket side of a server: takes requests for sockets, or refuses them, and ends the sockets with the server. It is loaded
 * when the first of them comes, by `SocketEntrance`.
 */
export class WebSocketFront {
  readonly #options: ServerOptions;
  readonly #application: ServedApplication;
  readonly #path: string;
  readonly #newSessionLimit: NewSessionLimit | undefined;
  readonly #webSockets: WebSocketServer;
  readonly #checkOrigin: (request: IncomingMessage) => void;
  readonly #identity: SocketIdentity;
  readonly #counter: SocketCounter;
  readonly #conversations: Conversations;
  readonly #connections = new Set<SocketConnection>();
  // Requests that are no sockets yet, and what their replies carry.
  readonly #pending = new Map<IncomingMessage, PendingUpgrade>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #stopForgetting: () => void;
  #settled: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /** @param path Where sockets are asked for. */
  constructor(options: ServerOptions, path: string, { identity, newSessionLimit }: ServerLife) {
    const { webSocket, maxBodyBytes, cors } = options.config.general.frontEnd;
    this.#options = options;
    this.#application = options.runtime;
    this.#path = path;
    this.#newSessionLimit = newSessionLimit;
    this.#checkOrigin = originCheck(cors);
    this.#identity = new SocketIdentity(identity, {
      providers: options.config.general.identity.providers,
      scope: options.runtime.workflow.scope,
      path,
    });
    this.#counter = new SocketCounter(webSocket);
    this.#conversations = new Conversations(webSocket.reconnectGraceMs, () => this.#tellIfSettled());
    this.#stopForgetting = options.runtime.sessions.endings.listen({
      onWanted: (userId) => this.#conversations.giveUpAway(userId),
      onOver: (userId) => this.#conversations.forgetUser(userId),
    });
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: maxBodyBytes,
    });
    this.#webSockets.on("headers", (headers, request) => {
      const { requestId, setCookie } = this.#pending.get(request) ?? {};
      headers.push(`X-Request-Id: ${requestId}`, ...(setCookie === undefined ? [] : [`Set-Cookie: ${setCookie}`]));
    });
    this.#webSockets.on("wsClientError", (error, socket, request) =>
      this.#refuse(request, socket, notAHandshake(error)),
    );
    this.#heartbeat = setInterval(() => this.#beat(webSocket.idleTimeoutMs), webSocket.heartbeatIntervalMs);
    this.#heartbeat.unref();
  }

  /** How many sockets are open. */
  get openCount(): number {
    return this.#connections.size;
  }

  /**
   * Takes no more messages and no more sockets, closes sockets as their runs end, and resolves when all are closed. After
   * `timeoutMs` the runs are aborted, each of which tells its client so; what is open a second later is cut off. Idempotent.
   */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#conversations.abortAsking(stopping());
    for (const connection of this.#connections) {
      connection.endWhenIdle(SERVICE_RESTART);
    }
    if (!(await this.#settledWithin(timeoutMs))) {
      this.#conversations.abortAll(stopping());
      if (!(await this.#settledWithin(END_GRACE_MS))) {
        for (const connection of this.#connections) {
          connection.terminate();
        }
      }
    }
    clearInterval(this.#heartbeat);
    this.#stopForgetting();
    this.#conversations.close();
  }

  /** Whether within the time no socket is open any more, and no run goes on whose client may come back. */
  async #settledWithin(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    const settled = new Promise<void>((resolve) => {
      this.#settled = resolve;
    });
    this.#tellIfSettled();
    await Promise.race([late, settled]);
    clearTimeout(timer);
    return this.#isSettled;
  }

  get #isSettled(): boolean {
    return this.#connections.size === 0 && this.#pending.size === 0 && !this.#conversations.hasRuns;
  }

  #tellIfSettled(): void {
    if (this.#settled !== undefined && this.#isSettled) {
      this.#settled();
    }
  }

  /**
   * Makes a socket of a request for one, or refuses it, and resolves when either has been done. Never rejects. Somebody has to
   * listen to the connection's errors by then.
   */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const pending: PendingUpgrade = { requestId: requestIdOf(request), setCookie: undefined };
    this.#pending.set(request, pending);
    try {
      this.#assertOpen();
      assertUnambiguous(request);
      assertVersion(request);
      this.#checkOrigin(request);
      const address = readSocketAddress(request, this.#identity.takesSession);
      const { speaker, setCookie } = await this.#identity.introduce(request);
      this.#assertOpen();
      const release = this.#count(speaker?.principal.userId, socket);
      pending.setCookie = setCookie;
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.#open(webSocket, request, { ...address, speaker, release });
      });
    } catch (error) {
      this.#refuse(request, socket, error);
    } finally {
      this.#pending.delete(request);
      this.#tellIfSettled();
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) {
      throw stopping();
    }
  }

  /** Counts a connection for as long as it is open. Returns what takes back that it is one of the user's. */
  #count(userId: string | undefined, socket: Duplex): () => void {
    const leaveServer = this.#counter.enter();
    let leaveUser = (): void => undefined;
    try {
      leaveUser = userId === undefined ? leaveUser : this.#counter.enterAs(userId);
    } catch (error) {
      leaveServer();
      throw error;
    }
    const leave = (): void => {
      leaveServer();
      leaveUser();
    };
    if (socket.destroyed) {
      leave();
    } else {
      socket.once("close", leave);
    }
    return leaveUser;
  }

  #open(webSocket: WebSocket, request: IncomingMessage, client: OpeningClient): void {
    const { clock, logger } = this.#options;
    const requestId = this.#pending.get(request)?.requestId ?? requestIdOf(request);
    const { speaker, release, conversationId, afterSequence } = client;
    const runRequest = socketRunRequest(request, {
      requestId,
      path: this.#path,
      newSessionLimit: this.#newSessionLimit,
    });
    const connection = new SocketConnection(
      webSocket,
      { speaker, conversationId, afterSequence, requestId, release, runRequest },
      {
        application: this.#application,
        conversations: this.#conversations,
        counter: this.#counter,
        identity: this.#identity,
        socket: request.socket,
        clock,
        logger,
      },
    );
    this.#connections.add(connection);
    webSocket.once("close", () => {
      this.#connections.delete(connection);
      this.#tellIfSettled();
    });
    connection.takeUp();
  }

  #refuse(request: IncomingMessage, socket: Duplex, error: unknown): void {
    const requestId = this.#pending.get(request)?.requestId ?? requestIdOf(request);
    refuseUpgrade(socket, error, { path: this.#path, requestId, logger: this.#options.logger });
  }

  #beat(idleTimeoutMs: number): void {
    for (const connection of this.#connections) {
      connection.beat(idleTimeoutMs);
    }
  }
}

interface PendingUpgrade {
  readonly requestId: string;
  setCookie: string | undefined;
}

interface OpeningClient {
  readonly speaker: Introduction["speaker"];
  readonly release: () => void;
  readonly conversationId: string | undefined;
  readonly afterSequence: number | undefined;
}

function stopping(): AlcoveError {
  return new AlcoveError("SHUTTING_DOWN", "The server is stopping.", { retryAfterSeconds: 1 });
}

function assertUnambiguous(request: IncomingMessage): void {
  const ambiguity = ambiguityOf(request);
  if (ambiguity !== undefined) {
    throw ambiguity;
  }
}

function assertVersion({ headers }: IncomingMessage): void {
  if (headers["sec-websocket-version"] !== "13") {
    throw upgradeRequired();
  }
}

function notAHandshake(error: Error): RequestError {
  return new RequestError("REQUEST_INVALID", `The request is no handshake for a WebSocket: ${error.message}.`);
}
