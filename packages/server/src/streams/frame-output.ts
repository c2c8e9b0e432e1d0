import type { StepRecord } from "./frames.js";

/** Takes the frames of one reply. */
export interface StreamReader {
  /** Sends a frame. Resolves when there is room for the next one, or when the client has gone. */
  send(frame: string): Promise<void>;
  /** Nothing more comes. Idempotent. */
  end(): void;
}

/** Where the frames of a run go: to its client, or to what is kept for a client that comes back. */
export interface FrameOutput extends StreamReader {
  /** Sends a step, or leaves it out where too much waits to be read already. */
  offerStep(step: StepRecord): void;
}
