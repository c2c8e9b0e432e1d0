import { randomUUID } from "node:crypto";
import { AlcoveError, type Clock } from "@alcove/plugin-api";
import type { PendingInteraction } from "@alcove/runtime";
import type { ErrorBody } from "../errors/error-body.js";
import type { ServedRunner } from "../served-application.js";
import type { StepRecord } from "../streams/frames.js";
import { FrameBacklog, type KeptFrame } from "./frame-backlog.js";
import { responseOf } from "./prompt-content.js";
import {
  completeFrame,
  errorFrame,
  type FrameOrigin,
  interactionFrame,
  responseFrame,
  stepFrame,
} from "./server-frames.js";
import type { SocketOutlet } from "./socket-outlet.js";

/** How much of a run is kept for a client that comes back. */
const MAX_BACKLOG_CHARACTERS = 1_048_576;

/** What a {@link SocketRun} is about. */
export interface SocketRunFacts {
  /** The id of the message that asked for it. */
  readonly messageId: string;
  readonly conversationId: string | undefined;
  readonly clock: Clock;
  /** Whether its frames are kept for a client that comes back. */
  readonly isKept: boolean;
}

/** What carries a run out. */
export type RunnerHandle = Pick<ServedRunner, "abort" | "answer">;

/** One run as its client sees it: it has at most one outlet at a time, and may be without for a while. */
export class SocketRun {
  readonly facts: SocketRunFacts;
  #backlog: FrameBacklog | undefined;
  #outlet: SocketOutlet | undefined;
  #runner: RunnerHandle | undefined;
  #question: PendingInteraction | undefined;
  #hasAsked = false;
  #abortReason: { readonly reason: unknown } | undefined;
  #wake: (() => void) | undefined;
  #sequence = 0;
  #omittedSteps = 0;
  #isOver = false;

  constructor(facts: SocketRunFacts, outlet: SocketOutlet) {
    this.facts = facts;
    this.#outlet = outlet;
    this.#backlog = facts.isKept ? new FrameBacklog(MAX_BACKLOG_CHARACTERS) : undefined;
  }

  /** Whether its last frame has been made. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it was given up, though it may not be over yet. */
  get isGivenUp(): boolean {
    return this.#abortReason !== undefined;
  }

  /** Whether nobody reads its frames now. */
  get isAlone(): boolean {
    return this.#outlet === undefined;
  }

  /** Whether frames go to this outlet. */
  goesTo(outlet: SocketOutlet): boolean {
    return this.#outlet === outlet;
  }

  /** Sends the frames that are to come to another outlet, and first those its client has missed. @param after The sequence number of the last frame the client has. */
  attach(outlet: SocketOutlet, after: number | undefined): void {
    this.#outlet = outlet;
    if (after !== undefined) {
      this.#backlog?.hasUpTo(after);
    }
    for (const frame of this.#backlog?.missed(after) ?? []) {
      this.#send(outlet, frame);
    }
    this.#showQuestion();
    this.#wakeUp();
  }

  /** The client of this outlet is gone. Nothing happens where another one has taken its place. */
  detach(outlet: SocketOutlet): void {
    if (this.#outlet === outlet) {
      this.#outlet = undefined;
      this.#wakeUp();
    }
  }

  /** Says what carries the run out; one that was given up before is so at once. */
  begin(runner: RunnerHandle): void {
    this.#runner = runner;
    if (this.#abortReason !== undefined) {
      runner.abort(this.#abortReason.reason);
    }
  }

  /**
   * Whether it has asked its person something. From then on it goes on without its client: the question can be answered
   * over HTTP, and the result is kept for its user.
   */
  get hasAsked(): boolean {
    return this.#hasAsked;
  }

  /** Whether it waits for its person, as far as is known here. */
  get isAsking(): boolean {
    return this.#question !== undefined;
  }

  /** Hands a question to the person, now and whenever the client comes back; or, where it is none, something to be told. */
  ask(interaction: PendingInteraction): void {
    if (interaction.prompt.inputType !== "notification") {
      this.#hasAsked = true;
      this.#question = interaction;
      this.#backlog ??= new FrameBacklog(MAX_BACKLOG_CHARACTERS);
      this.#showQuestion();
      return;
    }
    this.#emit((origin) => interactionFrame(origin, interaction));
  }

  /**
   * Answers the question that waits with what a person wrote. Resolves when the answer is durable.
   *
   * @throws NO_PENDING_INTERACTION, and what a runner's answer is refused with
   */
  async answer(text: string): Promise<void> {
    const question = this.#question;
    if (question === undefined || this.#runner === undefined) {
      throw new AlcoveError("NO_PENDING_INTERACTION", "No run of this conversation is waiting for an answer.");
    }
    await this.#runner.answer(question.interactionId, responseOf(question.prompt, text));
    // It may have asked the next thing meanwhile.
    if (this.#question === question) {
      this.#question = undefined;
    }
  }

  /** Gives the run up; its client is told the reason. The first reason counts. */
  abort(reason: unknown): void {
    if (this.#abortReason !== undefined || this.#isOver) {
      return;
    }
    this.#abortReason = { reason };
    this.#runner?.abort(reason);
    this.#wakeUp();
  }

  /** Sends a step, or leaves it out where too much waits already. */
  offerStep(step: StepRecord): void {
    if (this.#outlet?.isCrowded === true || this.#backlog?.hasRoom === false) {
      this.#omittedSteps += 1;
      return;
    }
    this.#tellOmitted();
    this.#emit((origin) => stepFrame(origin, step));
  }

  /** Sends a chunk of the result, and resolves when the next one may be made. */
  async sendText(text: string): Promise<void> {
    this.#tellOmitted();
    this.#emit((origin) => responseFrame(origin, text));
    while (this.#abortReason === undefined) {
      const room = this.#outlet?.room() ?? this.#roomToKeep();
      if (room === undefined) {
        return;
      }
      await room;
    }
  }

  /** Says that the run has failed. */
  sendError(body: ErrorBody): void {
    this.#emit((origin) => errorFrame(origin, body));
  }

  /** Says that nothing more comes. */
  complete(): void {
    this.#question = undefined;
    this.#emit(completeFrame);
    this.#isOver = true;
  }

  /** Whether it goes on without a client: then it waits for none, and only the latest of its frames are kept. */
  get #waitsForNobody(): boolean {
    return this.#hasAsked && this.#outlet === undefined;
  }

  /** Resolves when a frame may be kept, or it is time to look again; `undefined` where one may be now. */
  #roomToKeep(): Promise<void> | undefined {
    if (this.#backlog === undefined || this.#backlog.hasRoom || this.#waitsForNobody) {
      return undefined;
    }
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #tellOmitted(): void {
    const count = this.#omittedSteps;
    if (count === 0) {
      return;
    }
    this.#omittedSteps = 0;
    const payload = `${count} steps left out, since the client reads too slowly`;
    const step = { id: randomUUID(), parent_id: "default", type: "markdown", name: "Steps Left Out", payload };
    this.#emit((origin) => stepFrame(origin, step));
  }

  /** A question is asked anew, with the time that is left, so that it is no frame to be kept. */
  #showQuestion(): void {
    const question = this.#question;
    if (question !== undefined && this.#outlet !== undefined) {
      this.#outlet.send(interactionFrame(this.#nextOrigin(), question));
    }
  }

  #emit(make: (origin: FrameOrigin) => string): void {
    const origin = this.#nextOrigin();
    const frame = { sequence: this.#sequence, text: make(origin), isReceived: false };
    this.#backlog?.add(frame, this.#waitsForNobody);
    if (this.#outlet !== undefined) {
      this.#send(this.#outlet, frame);
    }
  }

  #nextOrigin(): FrameOrigin {
    const { messageId, conversationId, clock } = this.facts;
    this.#sequence += 1;
    return { id: randomUUID(), messageId, conversationId, timestampMs: clock.nowMs(), sequence: this.#sequence };
  }

  #send(outlet: SocketOutlet, frame: KeptFrame): void {
    if (this.#backlog === undefined) {
      outlet.send(frame.text);
      return;
    }
    outlet.send(frame.text, () => {
      frame.isReceived = true;
      this.#wakeUp();
    });
  }
}
