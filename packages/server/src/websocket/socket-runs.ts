import { AlcoveError, type Clock, type Logger, type Principal } from "@alcove/plugin-api";
import type { RunRequest } from "@alcove/runtime";
import type { ServedApplication } from "../served-application.js";
import type { UserMessage } from "./client-frames.js";
import type { ConversationName, Conversations, Owner } from "./conversations.js";
import { serveMessage } from "./serve-message.js";
import type { SocketOutlet } from "./socket-outlet.js";
import { SocketRun } from "./socket-run.js";

/** How many runs one socket may have going on, waiting ones included. */
const MAX_RUNS = 64;

/** The conversation a message belongs to. */
export interface OwnedConversation {
  /** What the client calls it, where it does. */
  readonly conversationId: string | undefined;
  readonly owner: Owner;
  readonly name: ConversationName;
}

/** What {@link SocketRuns} needs of its socket, and of the server. */
export interface SocketRunsOptions {
  /** Where the frames of the runs go. */
  readonly outlet: SocketOutlet;
  readonly client: { readonly runRequest: RunRequest; readonly requestId: string };
  readonly surroundings: {
    readonly application: ServedApplication;
    readonly conversations: Conversations;
    readonly logger: Logger;
    readonly clock: Clock;
  };
  /** Told when a run that was begun here is over. */
  readonly onEnded: () => void;
}

/** The runs one socket has begun or taken up, all of them of the user it speaks for. */
export class SocketRuns {
  readonly #options: SocketRunsOptions;
  readonly #runs = new Set<SocketRun>();

  constructor(options: SocketRunsOptions) {
    this.#options = options;
  }

  /** Whether frames of a run are still to come here. */
  get isBusy(): boolean {
    for (const run of this.#runs) {
      if (!run.isOver && run.goesTo(this.#options.outlet)) {
        return true;
      }
    }
    return false;
  }

  /** Begins the run a message asks for, in its conversation. @throws AlcoveError SESSION_QUEUE_FULL */
  begin(message: UserMessage, { conversationId, owner, name }: OwnedConversation, principal?: Principal): void {
    if (this.#runs.size >= MAX_RUNS) {
      const limit = `This socket has ${MAX_RUNS} runs going on, as many as it may. Wait for one to end.`;
      throw new AlcoveError("SESSION_QUEUE_FULL", limit);
    }
    const { outlet, client, surroundings, onEnded } = this.#options;
    const { application, conversations, clock, logger } = surroundings;
    const { runRequest, requestId } = client;
    const isKept = conversations.isKept(owner, name);
    const run = new SocketRun({ messageId: message.id, conversationId, clock, isKept }, outlet);
    this.#runs.add(run);
    conversations.begin(owner, name, run);
    const request = { ...runRequest, conversationId, principal };
    void serveMessage(message, run, { application, userId: principal?.userId, request, requestId, logger }).then(() => {
      conversations.ended(run);
      this.#runs.delete(run);
      onEnded();
    });
  }

  /** Sends here what comes of the run of a user's conversation, where there is one, beginning with what was missed. */
  takeUp(userId: string, conversationId: string, afterSequence: number | undefined): void {
    const { outlet, surroundings } = this.#options;
    const run = surroundings.conversations.find(userId, conversationId);
    if (run !== undefined) {
      this.#runs.add(run);
      surroundings.conversations.moveTo(run, outlet, afterSequence);
    }
  }

  /** The client has gone, or is another user from now on. */
  leave(): void {
    const { outlet, surroundings } = this.#options;
    for (const run of this.#runs) {
      surroundings.conversations.clientGone(run, outlet);
    }
    this.#runs.clear();
  }
}
