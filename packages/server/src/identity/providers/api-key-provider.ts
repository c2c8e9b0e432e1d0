import { createHash, timingSafeEqual } from "node:crypto";
import type { ApiKeyConfig } from "@alcove/config";
import { RequestError } from "../../errors/request-error.js";
import { createPrincipal } from "../create-principal.js";
import type { IdentifiableRequest, Identified, IdentityProvider } from "../identity-provider.js";
import type { Refusals } from "../refusals.js";
import { authorizationOf, isSignedToken, singleHeader } from "../single-header.js";

/** What {@link ApiKeyProvider} needs beside its configuration. */
export interface ApiKeyOptions {
  readonly refusals: Refusals;
  /** Whether what looks like a signed token is a key too, because nobody else takes it. */
  readonly takesSignedTokens: boolean;
}

interface KnownKey {
  readonly digest: Buffer;
  readonly identified: Identified;
}

/** Keys of programs, in `X-API-Key` or `Authorization: Bearer`. Only their digests are known. */
export class ApiKeyProvider implements IdentityProvider {
  readonly #keys: readonly KnownKey[];
  readonly #options: ApiKeyOptions;

  constructor({ issuer, keys }: ApiKeyConfig, options: ApiKeyOptions) {
    this.#keys = keys.map(({ subject, sha256, roles }) => ({
      digest: Buffer.from(sha256, "hex"),
      identified: Object.freeze({ principal: createPrincipal({ issuer, subject, roles, provider: "api_key" }) }),
    }));
    this.#options = options;
  }

  identify(request: IdentifiableRequest): Identified | undefined {
    const ofHeader = this.#ownerOf(singleHeader(request, "x-api-key"));
    const ofBearer = this.#ownerOf(this.#bearerKey(request));
    if (ofHeader !== undefined && ofBearer !== undefined && !isSameUser(ofHeader, ofBearer)) {
      throw new RequestError(
        "IDENTITY_CONFLICT",
        "The headers X-API-Key and Authorization carry keys of two different users. Send one of them.",
      );
    }
    return ofHeader ?? ofBearer;
  }

  #bearerKey(request: IdentifiableRequest): string | undefined {
    const authorization = authorizationOf(request);
    const isKey =
      authorization?.scheme === "bearer" &&
      (this.#options.takesSignedTokens || !isSignedToken(authorization.credential));
    return isKey ? authorization.credential : undefined;
  }

  // Every digest is compared, so that the time says nothing about which one was nearly right.
  #ownerOf(key: string | undefined): Identified | undefined {
    if (key === undefined) {
      return undefined;
    }
    const digest = createHash("sha256").update(key, "latin1").digest();
    let owner: Identified | undefined;
    for (const known of this.#keys) {
      if (timingSafeEqual(known.digest, digest)) {
        owner = known.identified;
      }
    }
    if (owner === undefined) {
      throw this.#options.refusals.credentialInvalid("The API key is not known.");
    }
    return owner;
  }
}

function isSameUser(one: Identified, other: Identified): boolean {
  return one.principal.userId === other.principal.userId;
}
