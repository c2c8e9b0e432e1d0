import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { AlcoveError, type Clock, type Logger } from "@alcove/plugin-api";
import type { RunRequest } from "@alcove/runtime";
import type { RawData, WebSocket } from "ws";
import { errorReply } from "../errors/error-body.js";
import type { ServedApplication } from "../served-application.js";
import {
  type AuthMessage,
  type FrameReading,
  type FrameReference,
  type InteractionMessage,
  lastUserText,
  readClientFrame,
  type UserMessage,
} from "./client-frames.js";
import type { Conversations } from "./conversations.js";
import { FrameQueue } from "./frame-queue.js";
import { authFrame, completeFrame, errorFrame } from "./server-frames.js";
import type { SocketCounter } from "./socket-counter.js";
import type { SocketIdentity, Speaker } from "./socket-identity.js";
import { SocketOutlet } from "./socket-outlet.js";
import { type OwnedConversation, SocketRuns } from "./socket-runs.js";

/** How long a client gets to answer the end of its socket. */
const CLOSE_TIMEOUT_MS = 1_000;

/** What a {@link SocketConnection} needs of its server. */
export interface ConnectionSurroundings {
  readonly application: ServedApplication;
  readonly conversations: Conversations;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly counter: SocketCounter;
  readonly identity: SocketIdentity;
  /** The connection under the socket. */
  readonly socket: Socket;
}

/** What is known of a client when its socket opens. */
export interface SocketClient {
  readonly speaker: Speaker | undefined;
  /** The conversation of messages that name none, and the one whose run is taken up. */
  readonly conversationId: string | undefined;
  /** The last frame of that run the client has. */
  readonly afterSequence: number | undefined;
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
  // A credential has to be checked before the frames that follow it are somebody's.
  readonly #frames: FrameQueue<FrameReading>;
  readonly #runs: SocketRuns;
  #speaker: Speaker | undefined;
  #release: () => void;
  #isAlive = true;
  #lastFrameMs: number;
  #endCode: number | undefined;
  #closeTimer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, client: SocketClient, surroundings: ConnectionSurroundings) {
    this.#socket = socket;
    this.#client = client;
    this.#surroundings = surroundings;
    this.#speaker = client.speaker;
    this.#release = client.release;
    this.#lastFrameMs = surroundings.clock.monotonicMs();
    this.#frames = new FrameQueue(
      (reading) => this.#handle(reading),
      () => socket.resume(),
    );
    this.#outlet = new SocketOutlet(socket, () => {
      this.#isAlive = true;
    });
    this.#runs = new SocketRuns({ outlet: this.#outlet, client, surroundings, onEnded: () => this.#endIfIdle() });
    socket.on("message", (data, isBinary) => this.#take(data, isBinary));
    // What breaks the protocol (a frame too large, text that is no UTF-8) is told to the client by the close code.
    // Any client can do so, and none is worth a stack in the log.
    socket.on("error", ({ message }) =>
      surroundings.logger.debug("A WebSocket was broken off.", { reason: message, requestId: client.requestId }),
    );
    socket.once("close", () => this.#closed());
  }

  /** Sends the client what it has missed of the run of its conversation, where there is one, and from now on whatever that makes. */
  takeUp(): void {
    const { conversationId, afterSequence } = this.#client;
    const userId = this.#speaker?.principal.userId;
    if (conversationId === undefined || userId === undefined) {
      return;
    }
    this.#runs.takeUp(userId, conversationId, afterSequence);
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
    if (!this.#runs.isBusy && idleMs > idleTimeoutMs) {
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

  #take(data: RawData, isBinary: boolean): void {
    this.#isAlive = true;
    this.#lastFrameMs = this.#surroundings.clock.monotonicMs();
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    this.#frames.take(readClientFrame(bytes, isBinary));
    this.#readNoFasterThanClient();
  }

  #handle(reading: FrameReading): Promise<void> | undefined {
    if ("error" in reading) {
      this.#refuse(reading.error, reading.about);
      return undefined;
    }
    const { frame } = reading;
    switch (frame.type) {
      case "user_message":
        return this.#checkAndBegin(frame);
      case "user_interaction_message":
        return this.#answer(frame);
      case "auth_message":
        return this.#authenticate(frame);
    }
  }

  #checkAndBegin(message: UserMessage): Promise<void> | undefined {
    const refuse = (error: unknown): void => this.#refuse(error, aboutMessage(message, true));
    try {
      const confirmed = this.#confirmSpeaker();
      if (confirmed !== undefined) {
        return confirmed.then(() => this.#begin(message)).catch(refuse);
      }
      this.#begin(message);
    } catch (error) {
      refuse(error);
    }
    return undefined;
  }

  #confirmSpeaker(): Promise<void> | undefined {
    const { identity, application } = this.#surroundings;
    if (this.#speaker !== undefined) {
      return identity.confirm(this.#speaker) ?? undefined;
    }
    if (application.workflow.scope === "per-user") {
      throw identity.userRequired();
    }
    return undefined;
  }

  /** @throws AlcoveError SHUTTING_DOWN, SESSION_QUEUE_FULL */
  #begin(message: UserMessage): void {
    if (!this.#outlet.isOpen) {
      // It waited for a credential, and its client has gone meanwhile.
      return;
    }
    if (this.#endCode !== undefined) {
      throw new AlcoveError("SHUTTING_DOWN", "The server is stopping.", { retryAfterSeconds: 1 });
    }
    this.#runs.begin(message, this.#conversationOf(message), this.#speaker?.principal);
  }

  async #answer(message: InteractionMessage): Promise<void> {
    try {
      await this.#confirmSpeaker();
      const text = lastUserText(message);
      if (text === undefined) {
        throw new AlcoveError("invalid_user_message_content", "The answer has no text of the user.");
      }
      const { conversations } = this.#surroundings;
      const { owner, name } = this.#conversationOf(message);
      const run = conversations.find(owner, name);
      if (run === undefined) {
        throw new AlcoveError("NO_PENDING_INTERACTION", "No run of this conversation is waiting for an answer.");
      }
      await run.answer(text);
    } catch (error) {
      this.#refuse(error, aboutMessage(message, false));
    }
  }

  #conversationOf({
    conversation_id: conversationId = this.#client.conversationId,
  }: UserMessage | InteractionMessage): OwnedConversation {
    return { conversationId, owner: this.#speaker?.principal.userId ?? this, name: conversationId ?? this };
  }

  async #authenticate({ payload }: AuthMessage): Promise<void> {
    const { identity, clock, socket } = this.#surroundings;
    try {
      const speaker = await identity.authenticate(payload, socket);
      this.#speakFor(speaker);
      this.#outlet.send(authFrame(clock.nowMs(), { userId: speaker.principal.userId }));
    } catch (error) {
      this.#outlet.send(authFrame(clock.nowMs(), { error: errorReply(error).body }));
    }
  }

  /** From now on the client is another user: what it began as the one before is left, as if that one had gone. */
  #speakFor(speaker: Speaker): void {
    const { userId } = speaker.principal;
    if (userId !== this.#speaker?.principal.userId && this.#outlet.isOpen) {
      const release = this.#surroundings.counter.enterAs(userId);
      this.#release();
      this.#release = release;
      this.#runs.leave();
      this.#speaker = speaker;
      this.takeUp();
    }
    this.#speaker = speaker;
  }

  /** Says what is wrong with a frame; where it asked for a run, also that none will come. */
  #refuse(error: unknown, { messageId, conversationId, isUserMessage }: FrameReference): void {
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
    if (this.#frames.isWaiting) {
      this.#socket.pause();
    } else if (this.#outlet.isCrowded) {
      this.#socket.pause();
      void this.#outlet.room()?.then(() => this.#socket.resume());
    }
  }

  #closed(): void {
    clearTimeout(this.#closeTimer);
    this.#release();
    this.#runs.leave();
  }

  #endIfIdle(): void {
    if (this.#endCode !== undefined && !this.#runs.isBusy) {
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
