import type { JwtConfig } from "@alcove/config";
import { AlcoveError, type Clock, type JsonValue, type Logger, z } from "@alcove/plugin-api";
import { errors, type JWTPayload, jwtVerify } from "jose";
import { createPrincipal } from "../create-principal.js";
import type { IdentifiableRequest, Identified, IdentityProvider } from "../identity-provider.js";
import type { Refusals } from "../refusals.js";
import { authorizationOf, isSignedToken } from "../single-header.js";
import { type KeyFinder, keyFinderOf } from "./token-keys.js";

/** What {@link JwtProvider} needs beside its configuration. */
export interface JwtOptions {
  readonly refusals: Refusals;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Whether what does not look like a signed token is one too, and a wrong one, because nobody else takes it. */
  readonly takesOpaqueTokens: boolean;
}

interface Issuer {
  readonly config: JwtConfig;
  readonly findKey: KeyFinder;
}

const longestSubject = 1_000;
const jsonObject = z.record(z.string(), z.json());

/** Signed tokens (`Authorization: Bearer`) of one or several issuers. Nothing is read of a token before it is verified. */
export class JwtProvider implements IdentityProvider {
  readonly #issuers: readonly Issuer[];
  readonly #options: JwtOptions;

  constructor(configs: readonly JwtConfig[], options: JwtOptions) {
    this.#issuers = configs.map((config) => ({ config, findKey: keyFinderOf(config.key, options) }));
    this.#options = options;
  }

  identify(request: IdentifiableRequest): undefined | Promise<Identified> {
    const authorization = authorizationOf(request);
    const isToken =
      authorization?.scheme === "bearer" &&
      (this.#options.takesOpaqueTokens || isSignedToken(authorization.credential));
    return isToken ? this.#verify(authorization.credential) : undefined;
  }

  /** Tries the issuers in their order, since which one a token is of is not known before it is verified. */
  async #verify(token: string): Promise<Identified> {
    let fault: unknown;
    for (const issuer of this.#issuers) {
      try {
        return { principal: principalOf(await this.#payloadOf(token, issuer), issuer.config) };
      } catch (error) {
        fault = fault === undefined || weightOf(error) > weightOf(fault) ? error : fault;
      }
    }
    if (AlcoveError.is(fault)) {
      throw fault;
    }
    throw this.#options.refusals.credentialInvalid(`The token is not accepted: ${reasonOf(fault)}.`);
  }

  async #payloadOf(token: string, { config, findKey }: Issuer): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, findKey, {
      issuer: config.issuer,
      audience: [...config.audience],
      algorithms: [...config.algorithms],
      clockTolerance: config.clockToleranceMs / 1_000,
      currentDate: new Date(this.#options.clock.nowMs()),
      requiredClaims: ["exp"],
    });
    return payload;
  }
}

function principalOf(payload: JWTPayload, { issuer, subjectClaim, rolesClaim, claims }: JwtConfig) {
  const content = jsonObject.parse(payload);
  const subject = claimAt(content, subjectClaim);
  if (typeof subject !== "string" || subject.trim() === "" || subject.length > longestSubject) {
    throw new errors.JWTClaimValidationFailed("no subject", payload, subjectClaim, "missing");
  }
  return createPrincipal({
    issuer,
    subject,
    provider: "jwt",
    roles: rolesClaim === undefined ? [] : rolesOf(claimAt(content, rolesClaim)),
    claims: Object.fromEntries(
      claims.flatMap((name) => (Object.hasOwn(content, name) ? [[name, content[name] ?? null]] : [])),
    ),
  });
}

// A claim may have dots in its own name, as `https://example.com/roles` has.
function claimAt(content: Readonly<Record<string, JsonValue>>, path: string): JsonValue | undefined {
  if (Object.hasOwn(content, path)) {
    return content[path];
  }
  let value: JsonValue | undefined = content;
  for (const name of path.split(".")) {
    const parsed = jsonObject.safeParse(value);
    value = parsed.success && Object.hasOwn(parsed.data, name) ? parsed.data[name] : undefined;
  }
  return value;
}

/** A list, or a text with blanks between them, as `scope` is. */
function rolesOf(claim: JsonValue | undefined): readonly string[] {
  if (typeof claim === "string") {
    return claim.split(" ").filter((role) => role !== "");
  }
  return Array.isArray(claim) ? claim.filter((role) => typeof role === "string") : [];
}

/** Of several issuers' faults, what could not be checked says most, since it may be right; then what has a right signature. */
function weightOf(fault: unknown): number {
  if (AlcoveError.is(fault)) {
    return 2;
  }
  return fault instanceof errors.JWTExpired || fault instanceof errors.JWTClaimValidationFailed ? 1 : 0;
}

const reasons: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: "it has expired",
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "its signature is wrong",
  ERR_JOSE_ALG_NOT_ALLOWED: "its algorithm is not one that is configured",
  ERR_JOSE_NOT_SUPPORTED: "it needs something that is not supported",
  ERR_JWKS_NO_MATCHING_KEY: "its issuer has no such key",
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: "it does not say which key of its issuer it was signed with",
};

function reasonOf(fault: unknown): string {
  if (fault instanceof errors.JWTClaimValidationFailed) {
    // The name of the claim is one of the configuration's, or of the standard's.
    return `its claim ${fault.claim} is ${fault.reason === "missing" ? "missing" : "not what it has to be"}`;
  }
  return (fault instanceof errors.JOSEError ? reasons[fault.code] : undefined) ?? "it is no signed token";
}
