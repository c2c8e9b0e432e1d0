import { createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { PasswordHash } from "@alcove/config";
import { RequestError } from "../../errors/request-error.js";

const maxWaiting = 32;
const maxRemembered = 1_000;

/**
 * Checks passwords against scrypt hashes. That is dear on purpose, and done by the threads that write the store as well:
 * so one is checked at a time, few wait, and a password that was right is recognised when it comes again.
 */
export class PasswordCheck {
  // A keyed digest of name and password, never the password. Found only by whoever sends both again.
  readonly #known = new Set<string>();
  readonly #secret = randomBytes(32);
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** Whether this very password of this name was right before. */
  isKnown(name: string, password: string): boolean {
    return this.#known.has(this.#digestOf(name, password));
  }

  /**
   * Whether a password is right.
   *
   * @throws RequestError IDENTITY_UNAVAILABLE when too many are waiting.
   */
  async isRight(name: string, password: string, stored: PasswordHash): Promise<boolean> {
    if (this.#waiting >= maxWaiting) {
      throw new RequestError("IDENTITY_UNAVAILABLE", "Too many passwords are being checked. Retry in a moment.", {
        retryAfterSeconds: 1,
      });
    }
    this.#waiting += 1;
    const derived = this.#last.then(() => derive(password, stored));
    this.#last = derived.catch(() => undefined);
    try {
      const isRight = timingSafeEqual(await derived, stored.hash);
      if (isRight) {
        this.#remember(this.#digestOf(name, password));
      }
      return isRight;
    } finally {
      this.#waiting -= 1;
    }
  }

  #remember(digest: string): void {
    if (this.#known.size === maxRemembered) {
      this.#known.clear();
    }
    this.#known.add(digest);
  }

  #digestOf(name: string, password: string): string {
    return createHmac("sha256", this.#secret).update(`${name}:${password}`).digest("base64");
  }
}

function derive(password: string, { logN, blockSize, parallelism, salt, hash }: PasswordHash): Promise<Buffer> {
  const cost = 2 ** logN;
  const options = { N: cost, r: blockSize, p: parallelism, maxmem: 256 * cost * blockSize };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hash.length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
