import type { FrameOutput, StreamReader } from "./frame-output.js";
import { idFrame, numberedFrame, omissionFrame, type StepRecord, stepFrame } from "./frames.js";

/** What a {@link ResumableStream} is about. */
export interface ResumableStreamOptions {
  /** What its frames are numbered under: `<id>.<sequence>`. */
  readonly id: string;
  /** How much of it is kept, give or take a frame. */
  readonly maxCharacters: number;
  /** Whether its run goes on at its pace although nobody reads. */
  readonly finishesAlone: boolean;
}

/**
 * The frames of one run, kept for a reader that is lost and comes back; it has one at a time. Nobody knows which frames have
 * arrived of those that were sent: the latest are kept, up to half of what may be. By the other half the run may be ahead of its
 * reader; then it waits, and steps are left out. While there is no reader all of it is kept, and the run waits when that
 * is full; where it finishes alone, the oldest frames are dropped instead.
 */
export class ResumableStream implements FrameOutput {
  readonly #id: string;
  readonly #maxCharacters: number;
  #finishesAlone: boolean;
  // The first of them has the sequence number `#first`, the first one the reader has not taken `#next`.
  readonly #frames: string[] = [];
  #first = 1;
  #next = 1;
  #takenCharacters = 0;
  #waitingCharacters = 0;
  #omittedSteps = 0;
  #isEnded = false;
  #isForgotten = false;
  #reader: StreamReader | undefined;
  #servedReader: StreamReader | undefined;
  #wakers: (() => void)[] = [];

  constructor({ id, maxCharacters, finishesAlone }: ResumableStreamOptions) {
    this.#id = id;
    this.#maxCharacters = maxCharacters;
    this.#finishesAlone = finishesAlone;
  }

  /** Whether its last frame has been made. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Whether its run goes on although nobody reads. */
  get finishesAlone(): boolean {
    return this.#finishesAlone;
  }

  /** From now on its run goes on although nobody reads. */
  finishAlone(): void {
    this.#finishesAlone = true;
    this.#dropAndWake();
  }

  /** Whether that frame was made and everything after it is still there. @param sequence 0 for the beginning */
  canResumeAfter(sequence: number): boolean {
    return sequence >= this.#first - 1 && sequence <= this.#last;
  }

  /** Whether nothing comes after that frame. */
  isEndedAfter(sequence: number): boolean {
    return this.#isEnded && sequence === this.#last;
  }

  offerStep(step: StepRecord): void {
    const frame = stepFrame(step);
    // A step never makes others wait, nor drops a chunk.
    if (this.#waitingCharacters + frame.length >= this.#limit) {
      this.#omittedSteps += 1;
    } else {
      this.#add(frame);
    }
  }

  async send(frame: string): Promise<void> {
    this.#add(frame);
    while (this.#isFull) {
      await new Promise<void>((resolve) => this.#wakers.push(resolve));
    }
  }

  end(): void {
    this.#isEnded = true;
    this.#deliver();
  }

  /** Gives the stream its first reader, who learns at once under which id it can come back. */
  open(reader: StreamReader): void {
    void reader.send(idFrame(this.#id));
    this.resume(reader, 0);
  }

  /** Gives the stream a reader, who gets what came after that frame, and then whatever comes. The one before is ended. */
  resume(reader: StreamReader, afterSequence: number): void {
    this.#reader?.end();
    this.#reader = reader;
    this.#continueAfter(afterSequence);
    this.#dropAndWake();
    this.#deliver();
  }

  /** Takes the reader away. Returns `false` where another one has taken its place before. */
  leave(reader: StreamReader): boolean {
    if (this.#reader !== reader) {
      return false;
    }
    this.#reader = undefined;
    this.#servedReader = undefined;
    this.#continueAfter(this.#first - 1);
    this.#dropAndWake();
    return true;
  }

  /** Keeps nothing for anybody but the reader there is. */
  forget(): void {
    this.#isForgotten = true;
    this.#dropAndWake();
  }

  get #last(): number {
    return this.#first + this.#frames.length - 1;
  }

  /** How many characters may wait for a reader. */
  get #limit(): number {
    if (this.#reader !== undefined) {
      return this.#maxCharacters / 2;
    }
    return this.#isForgotten ? Number.POSITIVE_INFINITY : this.#maxCharacters;
  }

  get #isFull(): boolean {
    return this.#waitingCharacters >= this.#limit;
  }

  #add(frame: string): void {
    const omitted = this.#omittedSteps;
    this.#omittedSteps = 0;
    const numbered = numberedFrame(this.#id, this.#last + 1, frame);
    const text = omitted === 0 ? numbered : omissionFrame(omitted) + numbered;
    this.#frames.push(text);
    this.#waitingCharacters += text.length;
    this.#dropAndWake();
    this.#deliver();
  }

  #deliver(): void {
    if (this.#reader !== undefined && this.#reader !== this.#servedReader) {
      void this.#serve(this.#reader);
    }
  }

  async #serve(reader: StreamReader): Promise<void> {
    this.#servedReader = reader;
    while (this.#reader === reader) {
      const frame = this.#frames[this.#next - this.#first];
      if (frame === undefined) {
        this.#servedReader = undefined;
        if (this.#isEnded) {
          reader.end();
        }
        return;
      }
      this.#next += 1;
      this.#waitingCharacters -= frame.length;
      this.#takenCharacters += frame.length;
      this.#dropAndWake();
      await reader.send(frame);
    }
  }

  #continueAfter(sequence: number): void {
    this.#next = sequence + 1;
    const taken = this.#next - this.#first;
    this.#takenCharacters = charactersOf(this.#frames.slice(0, taken));
    this.#waitingCharacters = charactersOf(this.#frames.slice(taken));
  }

  #dropAndWake(): void {
    let dropped = 0;
    while (dropped < this.#frames.length && this.#mayDrop(this.#first + dropped)) {
      const { length } = this.#frames[dropped] ?? "";
      if (this.#first + dropped < this.#next) {
        this.#takenCharacters -= length;
      } else {
        this.#waitingCharacters -= length;
        this.#next += 1;
      }
      dropped += 1;
    }
    if (dropped > 0) {
      this.#frames.splice(0, dropped);
      this.#first += dropped;
    }
    if (!this.#isFull) {
      const wakers = this.#wakers;
      this.#wakers = [];
      for (const wake of wakers) {
        wake();
      }
    }
  }

  #mayDrop(sequence: number): boolean {
    if (sequence < this.#next) {
      return this.#isForgotten || this.#takenCharacters > this.#maxCharacters / 2;
    }
    if (this.#reader !== undefined) {
      return false;
    }
    return this.#isForgotten || (this.#finishesAlone && this.#waitingCharacters >= this.#maxCharacters);
  }
}

function charactersOf(frames: readonly string[]): number {
  return frames.reduce((sum, { length }) => sum + length, 0);
}
