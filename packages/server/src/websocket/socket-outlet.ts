import { WebSocket } from "ws";

/** How much may wait to be read before whoever sends more waits, or leaves it out. */
const MAX_UNREAD_BYTES = 1_048_576;
/** From how much on a sender that can wait does, as Node's own streams have it. */
const ENOUGH_UNREAD_BYTES = 65_536;

/**
 * The way out to one client. What the client has not read is bounded, as long as senders ask for room. Whether it has
 * read something is asked with a ping behind it, one at a time: the answer comes after all that came before.
 */
export class SocketOutlet {
  readonly #socket: WebSocket;
  readonly #onSignOfLife: () => void;
  #waiting: (() => void)[] = [];
  #unconfirmed: (() => void)[] = [];
  #asked: { readonly mark: string; readonly confirm: readonly (() => void)[] } | undefined;
  #lastMark = 0;

  /** @param onSignOfLife Told whenever the client reads. */
  constructor(socket: WebSocket, onSignOfLife: () => void) {
    this.#socket = socket;
    this.#onSignOfLife = onSignOfLife;
    socket.on("pong", (mark) => this.#answered(mark.toString("latin1")));
    socket.once("close", () => this.#letSend());
  }

  /** Whether frames can still reach the client. */
  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Whether so much waits to be read that what can be left out should be. */
  get isCrowded(): boolean {
    return this.#socket.bufferedAmount > MAX_UNREAD_BYTES;
  }

  /** Sends a frame; to a client that is gone, nothing happens. @param onReceived Called when the client has it. */
  send(text: string, onReceived?: () => void): void {
    // Without the callback a connection that breaks would be an error event.
    this.#socket.send(text, (error) => {
      if (error === undefined || error === null) {
        this.#onSignOfLife();
      }
      if (this.#waiting.length > 0 && !this.#isFull) {
        this.#letSend();
      }
    });
    if (onReceived !== undefined) {
      this.#unconfirmed.push(onReceived);
      this.#ask();
    }
  }

  /** Resolves when there is room for the next frame, or the client is gone; `undefined` where there is room now. */
  room(): Promise<void> | undefined {
    if (!this.isOpen || !this.#isFull) {
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  get #isFull(): boolean {
    return this.#socket.bufferedAmount > ENOUGH_UNREAD_BYTES;
  }

  #ask(): void {
    if (this.#asked !== undefined || this.#unconfirmed.length === 0 || !this.isOpen) {
      return;
    }
    this.#lastMark += 1;
    this.#asked = { mark: String(this.#lastMark), confirm: this.#unconfirmed };
    this.#unconfirmed = [];
    this.#socket.ping(this.#asked.mark);
  }

  #answered(mark: string): void {
    this.#onSignOfLife();
    // Any other mark answers a ping that only asked for a sign of life.
    if (mark !== this.#asked?.mark) {
      return;
    }
    const { confirm } = this.#asked;
    this.#asked = undefined;
    for (const received of confirm) {
      received();
    }
    this.#ask();
  }

  #letSend(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) {
      resume();
    }
  }
}
