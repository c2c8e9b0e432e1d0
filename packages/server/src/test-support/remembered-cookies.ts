import type { CookieRegister } from "../identity/cookie-register.js";

/** What a process has heard of its issued cookies. */
export class RememberedCookies implements CookieRegister {
  readonly #oldestValid = new Map<string, number>();

  oldestValid(userId: string): number {
    return this.#oldestValid.get(userId) ?? 0;
  }

  async endEarlier(userId: string, generation: number): Promise<void> {
    this.#oldestValid.set(userId, Math.max(generation, this.oldestValid(userId)));
  }

  revoke(userId: string): Promise<void> {
    return this.endEarlier(userId, Number.POSITIVE_INFINITY);
  }
}
