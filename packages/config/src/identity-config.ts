import type { PasswordHash } from "./identity-fields.js";
import type { TokenAlgorithm } from "./token-algorithms.js";

/** Who may say who a request acts for, and who of them is an operator. */
export interface IdentityConfig {
  /** Asked in this order; there is at least one. */
  readonly providers: readonly IdentityProviderConfig[];
  /** Whoever one of these fits is an operator. */
  readonly admins: readonly AdminRule[];
}

/** One provider of identities, by its `type`. */
export type IdentityProviderConfig =
  | SessionCookieConfig
  | IssuedCookieConfig
  | JwtConfig
  | ApiKeyConfig
  | BasicConfig
  | TrustedHeaderConfig;

/** The plain `nat-session` cookie: whoever sends a name is that user. For development. */
export interface SessionCookieConfig {
  /** Which provider it is. */
  readonly type: "session_cookie";
}

/** A cookie the server makes for whoever comes without a name. */
export interface IssuedCookieConfig {
  /** Which provider it is. */
  readonly type: "issued_cookie";
  /** Whose users they are; kept apart from those of other issuers. */
  readonly issuer: string;
  /** The first signs; the others are still accepted. At least one. */
  readonly secrets: readonly string[];
  /** Whether the cookie goes over TLS only. */
  readonly isSecure: boolean;
  /** What browsers send the cookie along with, as its attribute `SameSite` says. */
  readonly sameSite: "lax" | "strict" | "none";
  /** How long a cookie counts, in milliseconds after it was made. */
  readonly maxAgeMs: number;
  /** How old a cookie may be before the next reply replaces it. */
  readonly rotateAfterMs: number;
  /** How old a renewed cookie has to be when it comes to end the one before it. */
  readonly rotationOverlapMs: number;
}

/** What verifies the signatures of tokens. */
export type TokenKey =
  | { readonly kind: "jwks"; readonly url: string }
  | { readonly kind: "public-key"; readonly pem: string }
  | { readonly kind: "secret"; readonly secret: string };

/** Signed tokens (`Authorization: Bearer`) of one issuer. */
export interface JwtConfig {
  /** Which provider it is. */
  readonly type: "jwt";
  /** What the claim `iss` has to be. */
  readonly issuer: string;
  /** One of these has to be in the claim `aud`. */
  readonly audience: readonly string[];
  /** What verifies the tokens. */
  readonly key: TokenKey;
  /** The only algorithms that are accepted. */
  readonly algorithms: readonly TokenAlgorithm[];
  /** How far the issuer's clock may be from this one. */
  readonly clockToleranceMs: number;
  /** The claim that names the user; dots lead into objects. */
  readonly subjectClaim: string;
  /** The claim that lists roles, if any does; dots lead into objects. */
  readonly rolesClaim: string | undefined;
  /** The claims functions may see. */
  readonly claims: readonly string[];
}

/** Keys of programs, in `X-API-Key` or `Authorization: Bearer`. */
export interface ApiKeyConfig {
  /** Which provider it is. */
  readonly type: "api_key";
  /** Whose users they are; kept apart from those of other issuers. */
  readonly issuer: string;
  /** A subject may have several. `sha256` is in lower case. */
  readonly keys: readonly { readonly subject: string; readonly sha256: string; readonly roles: readonly string[] }[];
}

/** Names and passwords (`Authorization: Basic`). */
export interface BasicConfig {
  /** Which provider it is. */
  readonly type: "basic";
  /** Whose users they are; kept apart from those of other issuers. */
  readonly issuer: string;
  /** The only users there are. */
  readonly users: readonly {
    /** The name it is called by. */
    readonly subject: string;
    /** What its password is held against; the password itself is kept nowhere. */
    readonly password: PasswordHash;
    /** Its roles, e.g. `operator`. */
    readonly roles: readonly string[];
  }[];
}

/** A name that a proxy in front of the server puts into a header. */
export interface TrustedHeaderConfig {
  /** Which provider it is. */
  readonly type: "trusted_header";
  /** Whose users they are; kept apart from those of other issuers. */
  readonly issuer: string;
  /** In lower case. */
  readonly header: string;
  /** A header with roles between commas, in lower case. */
  readonly rolesHeader: string | undefined;
  /** The addresses and subnets of the proxies. */
  readonly proxies: readonly string[];
}

/** Fits whoever has all that it names. */
export interface AdminRule {
  /** One of the roles the operator has. */
  readonly role?: string;
  /** Who vouches for the operator. */
  readonly issuer?: string;
  /** What the issuer calls the operator. */
  readonly subject?: string;
}
