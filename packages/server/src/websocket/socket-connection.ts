import { randomUUID } from "node:crypto";
import { AlcoveError, type Clock, type Logger } from "@alcove/plugin-api";
import type { RunRequest } from "@alcove/runtime";
import type { RawData, WebSocket } from "ws";
import { errorReply } from "../errors/error-body.js";
import type { ServedApplication } from "../served-application.js";
import {
  type AuthMessage,
  type ClientFrame,
  type FrameReference,
  type InteractionMessage,
  readClientFrame,
  type UserMessage,
} from "./client-frames.js";
import type { Conversations } from "./conversations.js";
import { serveMessage } from "./serve-message.js";
import { authFrame, completeFrame, errorFrame } from "./server-frames.js";
import type { SocketCounter } from "./socket-counter.js";
import { SocketOutlet } from "./socket-outlet.js";
import { SocketRun } from "./socket-run.js";

/** How many runs one socket may have going on, waiting ones included. */
const MAX_RUNS = 64;
/** How long a client gets to answer the end of its socket. */
const CLOSE_TIMEOUT_MS = 1_000;

/** What a {@link SocketConnection} needs of its server. */
export interface ConnectionSurroundings {
  readonly application: ServedApplication;
  readonly conversations: Conversations;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly counter: SocketCounter;
  /** The user id of a credential. Rejects with errors of the catalogue. */
  readonly authenticate: (payload: AuthMessage["payload"]) => Promise<string>;
}

/** What is known of a client when its socket opens. */
export interface SocketClient {
  readonly userId: string | undefined;
  /** The conversation of messages that name none. */
  readonly conversationId: string | undefined;
  /** Takes back that the socket counts as one of its user. */
  readonly release: () => void;
  readonly requestId: string;
  /** What runs are to know of the request that opened the socket. */
  readonly runRequest: RunRequest;
}

/** One open socket: reads its client's frames, answers every one of them, and sends what its runs make. */
export class SocketConnection {
  readonly #socket: WebSocket;
  readonly #client: SocketClient;
  readonly #surroundings: ConnectionSurroundings;
  readonly #outlet: SocketOutlet;
  readonly #runs = new Set<SocketRun>();
  #userId: string | undefined;
  #release: () => void;
  #isAlive = true;
  #lastFrameMs: number;
  // Frames that came while a credential is being checked: what follows it is said by whom it names.
  #unread: (() => void)[] | undefined;
  #endCode: number | undefined;
  #closeTimer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, client: SocketClient, surroundings: ConnectionSurroundings) {
    this.#socket = socket;
    this.#client = client;
    this.#surroundings = surroundings;
    this.#userId = client.userId;
    this.#release = client.release;
    this.#lastFrameMs = surroundings.clock.monotonicMs();
    this.#outlet = new SocketOutlet(socket, () => {
      this.#isAlive = true;
    });
    socket.on("message", (data, isBinary) => this.#take(data, isBinary));
    // What breaks the protocol (a frame too large, text that is no UTF-8) is told to the client by the close code.
    socket.on("error", (error) =>
      surroundings.logger.debug("A WebSocket was broken off.", { error, requestId: client.requestId }),
    );
    socket.once("close", () => this.#closed());
  }

  /** Sends the client what it has missed of a run that is its own, and from now on whatever that makes. */
  adopt(run: SocketRun, after: number | undefined): void {
    this.#runs.add(run);
    this.#surroundings.conversations.moveTo(run, this.#outlet, after);
  }

  /** Asks for a sign of life. A client that has given none since the last time is cut off; one that is idle for too long is sent away. */
  beat(idleTimeoutMs: number): void {
    if (!this.#isAlive) {
      this.#socket.terminate();
      return;
    }
    this.#isAlive = false;
    this.#socket.ping();
    const idleMs = this.#surroundings.clock.monotonicMs() - this.#lastFrameMs;
    if (!this.#isBusy && idleMs > idleTimeoutMs) {
      this.#close(1000, "idle");
    }
  }

  /** Takes no more messages, and closes the socket as soon as its runs are over. */
  endWhenIdle(code: number): void {
    this.#endCode = code;
    this.#endIfIdle();
  }

  /** Cuts the client off. */
  terminate(): void {
    this.#socket.terminate();
  }

  get #isBusy(): boolean {
    for (const run of this.#runs) {
      if (!run.isOver && run.goesTo(this.#outlet)) {
        return true;
      }
    }
    return false;
  }

  #take(data: RawData, isBinary: boolean): void {
    this.#isAlive = true;
    this.#lastFrameMs = this.#surroundings.clock.monotonicMs();
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    const reading = readClientFrame(bytes, isBinary);
    const handle = (): void => {
      if ("frame" in reading) {
        this.#handle(reading.frame);
      } else {
        this.#refuse(reading.error, reading.about);
      }
    };
    if (this.#unread === undefined) {
      handle();
    } else {
      this.#unread.push(handle);
    }
    this.#readNoFasterThanClient();
  }

  #handle(frame: ClientFrame): void {
    switch (frame.type) {
      case "user_message":
        this.#begin(frame);
        break;
      case "user_interaction_message":
        this.#answer(frame);
        break;
      case "auth_message":
        void this.#authenticate(frame);
        break;
    }
  }

  #begin(message: UserMessage): void {
    const about = aboutMessage(message, true);
    if (this.#endCode !== undefined) {
      this.#refuse(new AlcoveError("SHUTTING_DOWN", "The server is stopping.", { retryAfterSeconds: 1 }), about);
      return;
    }
    if (this.#runs.size >= MAX_RUNS) {
      const message = `This socket has ${MAX_RUNS} runs going on, as many as it may. Wait for one to end.`;
      this.#refuse(new AlcoveError("SESSION_QUEUE_FULL", message), about);
      return;
    }
    const { application, conversations, clock, logger } = this.#surroundings;
    const { runRequest, requestId } = this.#client;
    const conversationId = message.conversation_id ?? this.#client.conversationId;
    const owner = this.#userId ?? this;
    const name = conversationId ?? this;
    const isKept = conversations.isKept(owner, name);
    const run = new SocketRun({ messageId: message.id, conversationId, clock, isKept }, this.#outlet);
    this.#runs.add(run);
    conversations.begin(owner, name, run);
    const request = { ...runRequest, conversationId };
    void serveMessage(message, run, { application, userId: this.#userId, request, requestId, logger }).then(() => {
      conversations.ended(run);
      this.#runs.delete(run);
      this.#endIfIdle();
    });
  }

  #answer(message: InteractionMessage): void {
    const error = new AlcoveError("NO_PENDING_INTERACTION", "No run of this conversation is waiting for an answer.");
    this.#refuse(error, aboutMessage(message, false));
  }

  async #authenticate({ payload }: AuthMessage): Promise<void> {
    this.#unread = [];
    const { authenticate, clock } = this.#surroundings;
    try {
      const userId = await authenticate(payload);
      this.#speakFor(userId);
      this.#outlet.send(authFrame(clock.nowMs(), { userId }));
    } catch (error) {
      this.#outlet.send(authFrame(clock.nowMs(), { error: errorReply(error).body }));
    } finally {
      const unread = this.#unread;
      this.#unread = undefined;
      this.#readLater(unread);
    }
  }

  /** From now on the client is another user: what it began as the one before is left, as if that one had gone. */
  #speakFor(userId: string): void {
    if (userId === this.#userId || !this.#outlet.isOpen) {
      return;
    }
    const release = this.#surroundings.counter.enterAs(userId);
    this.#release();
    this.#release = release;
    this.#leaveRuns();
    this.#userId = userId;
  }

  /** Another credential among them makes the rest wait again. */
  #readLater(unread: readonly (() => void)[]): void {
    unread.forEach((handle) => {
      if (this.#unread === undefined) {
        handle();
      } else {
        this.#unread.push(handle);
      }
    });
    this.#socket.resume();
  }

  /** Says what is wrong with a frame; where it asked for a run, also that none will come. */
  #refuse(error: AlcoveError, { messageId, conversationId, isUserMessage }: FrameReference): void {
    const origin = {
      messageId,
      conversationId: conversationId ?? this.#client.conversationId,
      timestampMs: this.#surroundings.clock.nowMs(),
      sequence: undefined,
    };
    this.#outlet.send(errorFrame({ ...origin, id: randomUUID() }, errorReply(error).body));
    if (isUserMessage) {
      this.#outlet.send(completeFrame({ ...origin, id: randomUUID() }));
    }
  }

  /** Every frame is answered, so a client that sends and never reads would fill the memory with answers. */
  #readNoFasterThanClient(): void {
    if (this.#unread !== undefined) {
      this.#socket.pause();
    } else if (this.#outlet.isCrowded) {
      this.#socket.pause();
      void this.#outlet.room()?.then(() => this.#socket.resume());
    }
  }

  #leaveRuns(): void {
    for (const run of this.#runs) {
      this.#surroundings.conversations.clientGone(run, this.#outlet);
    }
    this.#runs.clear();
  }

  #closed(): void {
    clearTimeout(this.#closeTimer);
    this.#release();
    this.#leaveRuns();
  }

  #endIfIdle(): void {
    if (this.#endCode !== undefined && !this.#isBusy) {
      this.#close(this.#endCode, "the server is stopping");
    }
  }

  #close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    this.#closeTimer ??= setTimeout(() => this.#socket.terminate(), CLOSE_TIMEOUT_MS);
  }
}

function aboutMessage(
  { id, conversation_id }: UserMessage | InteractionMessage,
  isUserMessage: boolean,
): FrameReference {
  return { messageId: id, conversationId: conversation_id, isUserMessage };
}
