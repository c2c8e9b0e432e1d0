/** A frame that was made, as long as it may be wanted again. */
export interface KeptFrame {
  readonly sequence: number;
  readonly text: string;
  /** Whether its client is known to have it. */
  isReceived: boolean;
}

/**
 * The latest frames of a run, for a client that loses its connection and comes back. What the client has already makes
 * room. What it may not have is kept, so whoever adds has to ask for room, unless the run waits for nobody.
 */
export class FrameBacklog {
  readonly #maxCharacters: number;
  #frames: KeptFrame[] = [];
  #characters = 0;

  /** @param maxCharacters How much is kept, as long as anything may go. */
  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** Whether another frame can be kept without losing one that the client may not have. */
  get hasRoom(): boolean {
    return this.#characters < this.#maxCharacters || this.#frames[0]?.isReceived === true;
  }

  /** Keeps a frame. @param isLossy Whether the oldest ones make room for it, though the client may not have them. */
  add(frame: KeptFrame, isLossy = false): void {
    this.#frames.push(frame);
    this.#characters += frame.text.length;
    let dropped = 0;
    const mayDrop = (): boolean =>
      this.#frames[dropped]?.isReceived === true || (isLossy && dropped < this.#frames.length - 1);
    while (this.#characters > this.#maxCharacters && mayDrop()) {
      this.#characters -= this.#frames[dropped]?.text.length ?? 0;
      dropped += 1;
    }
    if (dropped > 0) {
      this.#frames.splice(0, dropped);
    }
  }

  /** Notes which frame is the last one the client has. */
  hasUpTo(sequence: number): void {
    for (const frame of this.#frames) {
      frame.isReceived ||= frame.sequence <= sequence;
    }
  }

  /** The frames the client may not have; where it says which it had last, all that came after that one. */
  missed(after: number | undefined): readonly KeptFrame[] {
    return this.#frames.filter((frame) => (after === undefined ? !frame.isReceived : frame.sequence > after));
  }
}
