import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IssuedCookieConfig } from "@alcove/config";
import type { Clock, Logger } from "@alcove/plugin-api";
import { cookieOf } from "../cookie-header.js";
import type { CookieRegister } from "../cookie-register.js";
import { createPrincipal } from "../create-principal.js";
import type { IdentifiableRequest, Identified, IdentityProvider } from "../identity-provider.js";
import { ISSUED_COOKIE_NAMES } from "../issued-cookie-name.js";
import type { Refusals } from "../refusals.js";

/** What {@link IssuedCookieProvider} needs beside its configuration. */
export interface IssuedCookieOptions {
  /** `general.application`: a cookie of one application is none of another, even where they share a secret. */
  readonly application: string;
  readonly refusals: Refusals;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cookieRegister: CookieRegister;
}

interface ReadCookie {
  readonly subject: string;
  /** How often the user's cookie was renewed before this one was made. */
  readonly generation: number;
  readonly ageMs: number;
  /** Whether the secret that signs now signed it. */
  readonly isOfCurrentSecret: boolean;
}

const subjectBytes = 32;
// Subject, time and generation, signature. The first cookie of a user has no generation in it.
const pattern = /^1\.([A-Za-z0-9_-]{43})\.(\d{1,12}(?:-\d{1,12})?)\.([A-Za-z0-9_-]{43})$/;

/**
 * A cookie that the server gives to whoever comes without a name: 256 random bits, the time, and a signature over both.
 * A renewed one says how often that happened. Nothing is stored but from which generation on a user's cookies count, so that
 * cookies outlive the process.
 */
export class IssuedCookieProvider implements IdentityProvider {
  readonly #config: IssuedCookieConfig;
  readonly #options: IssuedCookieOptions;
  readonly #name: string;

  constructor(config: IssuedCookieConfig, options: IssuedCookieOptions) {
    this.#config = config;
    this.#options = options;
    this.#name = ISSUED_COOKIE_NAMES[config.isSecure ? "secure" : "plain"];
  }

  identify({ headers, hasCountedBefore = false }: IdentifiableRequest): Identified | undefined | Promise<Identified> {
    const value = cookieOf(headers.cookie, this.#name);
    if (value === undefined) {
      return undefined;
    }
    const cookie = this.#read(value);
    const identified = this.#identified(cookie);
    const oldestValid = this.#options.cookieRegister.oldestValid(identified.principal.userId);
    return oldestValid instanceof Promise
      ? oldestValid.then((oldest) => this.#ifValid(identified, cookie, oldest, hasCountedBefore))
      : this.#ifValid(identified, cookie, oldestValid, hasCountedBefore);
  }

  /** A new name for whoever has none, and the cookie that will prove it. */
  issue(): Identified {
    const subject = randomBytes(subjectBytes).toString("base64url");
    return { principal: this.#principalOf(subject), setCookie: this.#setCookie(this.#signed(subject, 0)) };
  }

  /** The value of a `Set-Cookie` header that makes a browser forget the cookie. */
  get removal(): string {
    return this.#setCookie("", 0);
  }

  /** A cookie that is on its way out, or signed by an older secret, is replaced with the reply. */
  #identified({ subject, generation, ageMs, isOfCurrentSecret }: ReadCookie): Identified {
    const principal = this.#principalOf(subject);
    const isFresh = isOfCurrentSecret && ageMs < this.#config.rotateAfterMs;
    return isFresh ? { principal } : { principal, setCookie: this.#setCookie(this.#signed(subject, generation + 1)) };
  }

  #read(value: string): ReadCookie {
    const [, subject, stamp, signature] = pattern.exec(value) ?? [];
    if (subject === undefined || stamp === undefined || signature === undefined) {
      throw this.#refused("is none of this server's");
    }
    // The texts are compared: the last character of one has bits that the bytes do not.
    const presented = Buffer.from(signature);
    const signers = this.#config.secrets.map((secret) =>
      timingSafeEqual(Buffer.from(this.#digest(secret, subject, stamp).toString("base64url")), presented),
    );
    const signer = signers.indexOf(true);
    if (signer === -1) {
      throw this.#refused("is none of this server's");
    }
    const [issuedAtSeconds, generation = 0] = stamp.split("-").map(Number);
    const ageMs = this.#options.clock.nowMs() - Number(issuedAtSeconds) * 1_000;
    if (ageMs >= this.#config.maxAgeMs) {
      throw this.#refused("has expired");
    }
    return { subject, generation, ageMs, isOfCurrentSecret: signer === 0 };
  }

  /** A renewed cookie that comes again ends the ones before it: now its client is known to have it. */
  #ifValid(
    identified: Identified,
    { generation, ageMs }: ReadCookie,
    oldestValid: number,
    hasCountedBefore: boolean,
  ): Identified | Promise<Identified> {
    if (oldestValid === Number.POSITIVE_INFINITY) {
      throw this.#refused("was revoked");
    }
    if (hasCountedBefore) {
      return identified;
    }
    if (generation < oldestValid) {
      throw this.#refused("was replaced by a newer one, which has been used");
    }
    return generation > oldestValid && ageMs >= this.#config.rotationOverlapMs
      ? this.#endEarlier(identified, generation)
      : identified;
  }

  /** Where that cannot be stored the earlier cookies last longer, until it can be: nobody is kept out for it. */
  async #endEarlier(identified: Identified, generation: number): Promise<Identified> {
    const { cookieRegister, logger } = this.#options;
    const { userId } = identified.principal;
    await cookieRegister
      .endEarlier(userId, generation)
      .catch((error: unknown) => logger.warn("The earlier cookies of a user could not be ended", { userId, error }));
    return identified;
  }

  // The browser is told to forget the cookie, or it would send it, and be refused, for as long as it keeps it.
  #refused(fault: string): Error {
    return this.#options.refusals.credentialInvalid(
      `The cookie ${this.#name} ${fault}. Call without it to get a new one.`,
      { "set-cookie": this.removal },
    );
  }

  #principalOf(subject: string) {
    return createPrincipal({ issuer: this.#config.issuer, subject, provider: "issued_cookie" });
  }

  #signed(subject: string, generation: number): string {
    const time = Math.floor(this.#options.clock.nowMs() / 1_000);
    const stamp = generation === 0 ? String(time) : `${time}-${generation}`;
    const signature = this.#digest(this.#config.secrets[0] ?? "", subject, stamp).toString("base64url");
    return `1.${subject}.${stamp}.${signature}`;
  }

  #digest(secret: string, subject: string, stamp: string): Buffer {
    const { application } = this.#options;
    const content = JSON.stringify(["alcove cookie 1", application, this.#config.issuer, subject, stamp]);
    return createHmac("sha256", secret).update(content).digest();
  }

  #setCookie(value: string, maxAgeMs = this.#config.maxAgeMs): string {
    const { isSecure, sameSite } = this.#config;
    const site = `${sameSite.charAt(0).toUpperCase()}${sameSite.slice(1)}`;
    const maxAge = Math.floor(maxAgeMs / 1_000);
    return `${this.#name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=${site}${isSecure ? "; Secure" : ""}`;
  }
}
