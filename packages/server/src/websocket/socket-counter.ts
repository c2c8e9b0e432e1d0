import { AlcoveError } from "@alcove/plugin-api";

/** How many sockets there may be. */
export interface SocketLimits {
  readonly maxSockets: number;
  readonly maxSocketsPerUser: number;
}

/** Counts the open sockets, all of them and those of each user. A user without sockets leaves nothing behind. */
export class SocketCounter {
  readonly #limits: SocketLimits;
  readonly #byUser = new Map<string, number>();
  #total = 0;

  constructor(limits: SocketLimits) {
    this.#limits = limits;
  }

  /** Counts a socket in. Returns what counts it out, once. @throws TOO_MANY_SOCKETS */
  enter(): () => void {
    const { maxSockets } = this.#limits;
    if (this.#total >= maxSockets) {
      throw new AlcoveError("TOO_MANY_SOCKETS", "The server has as many WebSockets open as it may. Try again later.", {
        retryAfterSeconds: 5,
      });
    }
    this.#total += 1;
    return once(() => {
      this.#total -= 1;
    });
  }

  /** Counts a socket as one of a user. Returns what takes it back, once. @throws TOO_MANY_SOCKETS */
  enterAs(userId: string): () => void {
    const { maxSocketsPerUser } = this.#limits;
    const count = this.#byUser.get(userId) ?? 0;
    if (count >= maxSocketsPerUser) {
      const message = `This user has ${maxSocketsPerUser} WebSockets open, as many as one may. Close one that is not needed.`;
      throw new AlcoveError("TOO_MANY_SOCKETS", message, { retryAfterSeconds: 5 });
    }
    this.#byUser.set(userId, count + 1);
    return once(() => this.#leave(userId));
  }

  #leave(userId: string): void {
    const count = (this.#byUser.get(userId) ?? 1) - 1;
    if (count > 0) {
      this.#byUser.set(userId, count);
    } else {
      this.#byUser.delete(userId);
    }
  }
}

function once(release: () => void): () => void {
  let isReleased = false;
  return () => {
    if (!isReleased) {
      isReleased = true;
      release();
    }
  };
}
