/** Hands frames on in the order in which they came, and holds back those that come while one is waited for. */
export class FrameQueue<Frame> {
  readonly #handle: (frame: Frame) => Promise<void> | undefined;
  readonly #onCaughtUp: () => void;
  #heldBack: Frame[] | undefined;

  /**
   * @param handle Returns a promise, which never rejects, where the frames that follow have to wait.
   * @param onCaughtUp Told when none is held back any more.
   */
  constructor(handle: (frame: Frame) => Promise<void> | undefined, onCaughtUp: () => void) {
    this.#handle = handle;
    this.#onCaughtUp = onCaughtUp;
  }

  /** Whether a frame is waited for. */
  get isWaiting(): boolean {
    return this.#heldBack !== undefined;
  }

  /** Takes the next frame. */
  take(frame: Frame): void {
    if (this.#heldBack !== undefined) {
      this.#heldBack.push(frame);
      return;
    }
    const handled = this.#handle(frame);
    if (handled !== undefined) {
      this.#heldBack = [];
      void handled.then(() => this.#goOn());
    }
  }

  #goOn(): void {
    const frames = this.#heldBack ?? [];
    this.#heldBack = undefined;
    for (const frame of frames) {
      this.take(frame);
    }
    if (!this.isWaiting) {
      this.#onCaughtUp();
    }
  }
}
