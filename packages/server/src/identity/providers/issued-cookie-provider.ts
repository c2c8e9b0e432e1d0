import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IssuedCookieConfig } from "@alcove/config";
import type { Clock } from "@alcove/plugin-api";
import { cookieOf } from "../cookie-header.js";
import { createPrincipal } from "../create-principal.js";
import type { IdentifiableRequest, Identified, IdentityProvider } from "../identity-provider.js";
import { ISSUED_COOKIE_NAMES } from "../issued-cookie-name.js";
import type { Refusals } from "../refusals.js";
import type { RevokedUsers } from "../revoked-users.js";

/** What {@link IssuedCookieProvider} needs beside its configuration. */
export interface IssuedCookieOptions {
  /** `general.application`: a cookie of one application is none of another, even where they share a secret. */
  readonly application: string;
  readonly refusals: Refusals;
  readonly clock: Clock;
  readonly revokedUsers: RevokedUsers;
}

interface ReadCookie {
  readonly subject: string;
  readonly issuedAtSeconds: number;
  /** Whether the secret that signs now signed it. */
  readonly isOfCurrentSecret: boolean;
}

const subjectBytes = 32;
const pattern = /^1\.([A-Za-z0-9_-]{43})\.(\d{1,12})\.([A-Za-z0-9_-]{43})$/;

/**
 * A cookie that the server gives to whoever comes without a name: 256 random bits, the time, and a signature over both.
 * Nothing is stored but who was revoked, so that cookies outlive the process.
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

  identify({ headers }: IdentifiableRequest): Identified | undefined | Promise<Identified> {
    const value = cookieOf(headers.cookie, this.#name);
    if (value === undefined) {
      return undefined;
    }
    const cookie = this.#read(value);
    const identified = this.#identified(cookie);
    const isRevoked = this.#options.revokedUsers.isRevoked(identified.principal.userId);
    return isRevoked instanceof Promise
      ? isRevoked.then((is) => this.#unlessRevoked(identified, is))
      : this.#unlessRevoked(identified, isRevoked);
  }

  /** A new name for whoever has none, and the cookie that will prove it. */
  issue(): Identified {
    const subject = randomBytes(subjectBytes).toString("base64url");
    return { principal: this.#principalOf(subject), setCookie: this.#setCookie(this.#signed(subject)) };
  }

  /** The value of a `Set-Cookie` header that makes a browser forget the cookie. */
  get removal(): string {
    return this.#setCookie("", 0);
  }

  /** A cookie that is on its way out, or signed by an older secret, is replaced with the reply. */
  #identified({ subject, issuedAtSeconds, isOfCurrentSecret }: ReadCookie): Identified {
    const principal = this.#principalOf(subject);
    const ageMs = this.#options.clock.nowMs() - issuedAtSeconds * 1_000;
    const isFresh = isOfCurrentSecret && ageMs < this.#config.rotateAfterMs;
    return isFresh ? { principal } : { principal, setCookie: this.#setCookie(this.#signed(subject)) };
  }

  #read(value: string): ReadCookie {
    const [, subject, time, signature] = pattern.exec(value) ?? [];
    if (subject === undefined || time === undefined || signature === undefined) {
      throw this.#refused("is none of this server's");
    }
    const presented = Buffer.from(signature, "base64url");
    const signers = this.#config.secrets.map((secret) =>
      timingSafeEqual(this.#digest(secret, subject, time), presented),
    );
    const signer = signers.indexOf(true);
    if (signer === -1) {
      throw this.#refused("is none of this server's");
    }
    const issuedAtSeconds = Number(time);
    if (this.#options.clock.nowMs() >= issuedAtSeconds * 1_000 + this.#config.maxAgeMs) {
      throw this.#refused("has expired");
    }
    return { subject, issuedAtSeconds, isOfCurrentSecret: signer === 0 };
  }

  #unlessRevoked(identified: Identified, isRevoked: boolean): Identified {
    if (isRevoked) {
      throw this.#refused("was revoked");
    }
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

  #signed(subject: string): string {
    const time = String(Math.floor(this.#options.clock.nowMs() / 1_000));
    const signature = this.#digest(this.#config.secrets[0] ?? "", subject, time).toString("base64url");
    return `1.${subject}.${time}.${signature}`;
  }

  #digest(secret: string, subject: string, time: string): Buffer {
    const { application } = this.#options;
    const content = JSON.stringify(["alcove cookie 1", application, this.#config.issuer, subject, time]);
    return createHmac("sha256", secret).update(content).digest();
  }

  #setCookie(value: string, maxAgeMs = this.#config.maxAgeMs): string {
    const { isSecure, sameSite } = this.#config;
    const site = `${sameSite.charAt(0).toUpperCase()}${sameSite.slice(1)}`;
    const maxAge = Math.floor(maxAgeMs / 1_000);
    return `${this.#name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=${site}${isSecure ? "; Secure" : ""}`;
  }
}
