import type { ServerResponse } from "node:http";
import type { FrameOutput } from "./frame-output.js";
import { HEARTBEAT_FRAME, omissionFrame, type StepRecord, stepFrame } from "./frames.js";

/** How much may wait to be read before steps are left out. */
const MAX_UNREAD_BYTES = 1_048_576;

/**
 * A reply of server-sent events. What a client has not read yet is bounded: whoever sends chunks waits for it, and steps,
 * which cannot wait, are left out.
 */
export class EventStream implements FrameOutput {
  readonly #response: ServerResponse;
  readonly #heartbeatMs: number;
  // Steps that came before the stream was opened.
  #early: StepRecord[] = [];
  #isOpen = false;
  #omittedSteps = 0;
  #heartbeat: NodeJS.Timeout | undefined;

  /** Nothing is sent before {@link open}, so that the reply can still become another one. */
  constructor(response: ServerResponse, heartbeatMs: number) {
    this.#response = response;
    this.#heartbeatMs = heartbeatMs;
  }

  /** Sends the headers at once, and the steps there are; from now on a heartbeat whenever nothing was sent for a while. */
  open(): void {
    const response = this.#response;
    // Writing to a client that is gone is no event for anybody: its going has aborted the run.
    response.on("error", () => undefined);
    response.once("close", () => clearTimeout(this.#heartbeat));
    response.flushHeaders();
    this.#isOpen = true;
    if (!this.#isGone) {
      this.#heartbeat = setTimeout(() => this.#beat(), this.#heartbeatMs);
    }
    for (const step of this.#early) {
      this.offerStep(step);
    }
    this.#early = [];
  }

  /** Has something called when the reply has left or its client has gone, at once where that has happened. */
  onceGone(listener: () => void): void {
    if (this.#isGone) {
      listener();
    } else {
      this.#response.once("close", listener);
    }
  }

  /** Sends a step, or leaves it out where too much waits to be read already. */
  offerStep(step: StepRecord): void {
    if (!this.#isOpen) {
      this.#early.push(step);
    } else if (this.#response.writableLength > MAX_UNREAD_BYTES) {
      this.#omittedSteps += 1;
    } else {
      this.#write(stepFrame(step));
    }
  }

  /** Sends a frame and resolves when there is room for the next, or when the client has gone. */
  async send(frame: string): Promise<void> {
    if (!this.#write(frame)) {
      await this.#room();
    }
  }

  /** Ends the reply. Idempotent. */
  end(): void {
    clearTimeout(this.#heartbeat);
    this.#response.end();
  }

  get #isGone(): boolean {
    return this.#response.closed || this.#response.destroyed;
  }

  #write(frame: string): boolean {
    if (this.#isGone || this.#response.writableEnded) {
      return true;
    }
    this.#heartbeat?.refresh();
    const omitted = this.#omittedSteps;
    this.#omittedSteps = 0;
    return this.#response.write(omitted === 0 ? frame : omissionFrame(omitted) + frame);
  }

  #beat(): void {
    if (this.#response.writableNeedDrain) {
      this.#heartbeat?.refresh();
    } else {
      this.#write(HEARTBEAT_FRAME);
    }
  }

  #room(): Promise<void> {
    const response = this.#response;
    return new Promise((resolve) => {
      const done = (): void => {
        response.off("drain", done);
        response.off("close", done);
        resolve();
      };
      response.on("drain", done);
      response.on("close", done);
    });
  }
}
