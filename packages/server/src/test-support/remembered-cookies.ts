import type { IdentityProviderConfig } from "@alcove/config";
import type { CookieRegister } from "../identity/cookie-register.js";

/** A provider that issues cookies, which are renewed after a second. */
export const cookieProvider = {
  type: "issued_cookie",
  issuer: "issued-cookie",
  secrets: ["a secret of at least 32 bytes, for tests"],
  isSecure: false,
  sameSite: "lax",
  maxAgeMs: 1_000_000,
  rotateAfterMs: 1_000,
  rotationOverlapMs: 1_000,
} as const satisfies IdentityProviderConfig;

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
